/** Live access tokens over HTTP, beside a bare Fastify route whose answer has the same size. */
import { join } from 'node:path'
import type { PostJob, PostReport, PostTarget } from '../load/posts.ts'
import { runChild, startChild, type Running } from '../run/child.ts'
import type { Placement } from '../run/placement.ts'
import { benchFolder, freshFolder } from '../run/places.ts'
import type { Round } from '../run/summary.ts'

export type HttpTerms = Pick<PostJob, 'sockets' | 'warmup' | 'bursts' | 'replies'> & { readonly placement: Placement }

const subjects = ['keeper', 'fastify-route'] as const

/** Both servers stand for as long as it takes; a round is one burst on each. */
export async function measureHttp({ placement, ...terms }: HttpTerms): Promise<readonly Round[]> {
  using folder = freshFolder()
  const keeper = await start(placement, ['keeper.ts', '--folder', folder.path])
  try {
    const first = await report(placement, { ...terms, targets: [keeper.said], warmup: 32, bursts: 1, replies: 32 })
    const bytes = String(first[0]?.[0]?.replyBytes)
    const route = await start(placement, ['fastify-route.ts', '--bytes', bytes])
    try {
      const bursts = await report(placement, { ...terms, targets: [keeper.said, route.said] })
      return subjects.flatMap((subject, index) =>
        (bursts[index] ?? []).map((figures, count) => ({ round: count + 1, subject, figures })),
      )
    } finally {
      await route.stop()
    }
  } finally {
    await keeper.stop()
  }
}

async function start(placement: Placement, [script = '', ...args]: readonly string[]): Promise<Running<PostTarget>> {
  return await startChild<PostTarget>({
    ...{ script: join(benchFolder, 'subjects', script), args, placement, role: 'server' },
  })
}

async function report(placement: Placement, job: PostJob): Promise<PostReport> {
  const script = join(benchFolder, 'load', 'posts.ts')
  return await runChild<PostReport>({ script, placement, role: 'load' }, job)
}
