/** A keeper's process is killed at every place where an exchange waits, one after the other; another one takes over, and what it finds is compared with what
 *  the org knows. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import type { Keeper } from '../../src/keeper/keeper-face.ts'
import { bentTime } from './bent-time.ts'
import { openScene } from './scene.ts'

const program = new URL('child-exchange.ts', import.meta.url).pathname

type Child = { readonly points: readonly string[]; readonly died: boolean }

/** Resolves with the places that it has reached; the last one is where it died. */
export async function exchangeInChild(folder: string, id: string, dieAt: number): Promise<Child> {
  const args = [program, folder, id, String(dieAt)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said, [, signal]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number, string]>])
  return { points: said.split('\n').filter((line) => line !== ''), died: signal === 'SIGKILL' }
}

async function endOf(keeper: Keeper, id: string): Promise<string> {
  const before = (await keeper.connection(id))?.generation
  const end = await keeper.accessToken(id).then(
    () => 'token',
    (error: KeeperError) => error.code,
  )
  const view = await keeper.connection(id)
  return `${end}, ${view?.state}, generation ${before} to ${view?.generation}`
}

type Row = { readonly point: string; readonly within: string; readonly later: string }

/** From the `first` place to the `last`, or to the end where there is none. */
export async function killEverywhere(
  t: TestContext,
  { first, last = Infinity }: { readonly first: number; readonly last?: number },
): Promise<void> {
  await using scene = await openScene()
  const time = bentTime()
  const successor = await scene.again({ environment: time.environment })
  const table: Row[] = []
  for (let n = first; n <= last; n += 1) {
    const id = `canary-${n}`
    await scene.adopt(id)
    const { points, died } = await exchangeInChild(scene.folder, id, n)
    if (!died) {
      equal(points.length, n - 1, 'the child lives only where there was no n-th place')
      break
    }
    time.ahead(61_000) // the lease of the dead process is over
    const within = await endOf(successor, id)
    time.ahead(461_000) // and so is what a server may take
    table.push({ point: points.at(-1) ?? '', within, later: await endOf(successor, id) })
    time.ahead(0)
  }
  for (const [at, { point, within, later }] of table.entries())
    t.diagnostic(`${String(first + at).padStart(2)} | ${point.padEnd(30)} | ${within.padEnd(38)} | ${later}`)
  const surprises = table.filter(({ point, within, later }) => !isExpected(point, within, later))
  deepEqual(surprises, [])
  ok(table.length > 0, 'it was killed at least once')
}

const exchanged = 'token, alive, generation 1 to 2'
const asItWas = 'token, alive, generation 2 to 2'
const doubted = 'IN_DOUBT, in-doubt, generation 1 to 1'
const ended = 'REAUTHORIZATION_REQUIRED, reauthorization-required, generation 1 to 1'

/** From the mark that it is sent to the reply in the journal nobody can know, and nobody claims to. */
const unknown = [
  'after markSent',
  'before the request',
  'while the reply is awaited',
  'after the request',
  'before appendReceived',
]
/** Of these the org has seen nothing, and says so when it is asked later. */
const unseen = unknown.slice(0, 2)

function isExpected(point: string, within: string, later: string): boolean {
  if (!unknown.includes(point)) return (within === exchanged || within === asItWas) && later === asItWas
  if (within !== doubted) return false
  if (unseen.includes(point)) return later === exchanged
  return later === ended || (point === 'while the reply is awaited' && later === exchanged)
}
