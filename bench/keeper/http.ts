/** Live access tokens over HTTP, beside a bare Fastify route whose answer has the same size. */
import { join } from 'node:path'
import type { Figures } from '../load/job.ts'
import type { PostJob, PostTarget } from '../load/posts.ts'
import { runChild, startChild } from '../run/child.ts'
import type { Placement } from '../run/placement.ts'
import { benchFolder, freshFolder } from '../run/places.ts'
import type { Round } from '../run/summary.ts'

export type HttpTerms = {
  readonly rounds: number
  readonly warmupSeconds: number
  readonly seconds: number
  readonly placement: Placement
}

/** The first answer of the keeper says how long the route's has to be. */
export async function measureHttp(terms: HttpTerms): Promise<readonly Round[]> {
  const measured: Round[] = []
  let bytes = 250
  for (let round = 1; round <= terms.rounds; round += 1) {
    const figures = await withFolder(async (folder) => await measure(['keeper.ts', '--folder', folder], terms))
    bytes = figures.replyBytes
    measured.push({ round, subject: 'keeper', figures })
    measured.push({
      round,
      subject: 'fastify-route',
      figures: await measure(['fastify-route.ts', '--bytes', `${bytes}`], terms),
    })
  }
  return measured
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  using folder = freshFolder()
  return await work(folder.path)
}

async function measure([script = '', ...args]: readonly string[], terms: HttpTerms): Promise<Figures> {
  const { placement, warmupSeconds, seconds } = terms
  const server = { script: join(benchFolder, 'subjects', script), args, placement, role: 'server' } as const
  const running = await startChild<PostTarget>(server)
  try {
    const job: PostJob = { target: running.said, sockets: 32, warmupSeconds, seconds }
    return await runChild<Figures>({ script: join(benchFolder, 'load', 'posts.ts'), placement, role: 'load' }, job)
  } finally {
    await running.stop()
  }
}
