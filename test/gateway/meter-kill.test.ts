import { equal, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { InjectionPlan } from '../../src/storage/injection.ts'
import { openGatewayStore, rows } from './store.ts'

const program = fileURLToPath(new URL('./child-meter.ts', import.meta.url))

type Died = { readonly lines: readonly string[]; readonly stored: number }

/** Runs until it dies of its injection, or until `enough`, and is killed as by kill -9; then says what its store holds. */
async function runAndKill(
  t: TestContext,
  mode: 'steps' | 'timer',
  { plan, enough }: { readonly plan?: InjectionPlan; readonly enough?: (lines: readonly string[]) => boolean },
): Promise<Died> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-gateway-'))
  t.after(async () => await rm(folder, { recursive: true, force: true }))
  const words = [program, folder, mode, ...(plan === undefined ? [] : [JSON.stringify(plan)])]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const lines: string[] = []
  const ended = once(child, 'close')
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    if (enough?.(lines) === true) child.kill('SIGKILL')
  })
  await ended
  const storage = await openGatewayStore(t, `sqlite:${folder}`)
  const [sum] = (await rows(storage, 'SELECT coalesce(sum(up + down), 0) AS bytes FROM usage')) as { bytes: number }[]
  const [hours] = (await rows(storage, 'SELECT coalesce(sum(up + down), 0) AS bytes FROM egress_hours')) as {
    bytes: number
  }[]
  equal(hours?.bytes, sum?.bytes, 'the tables of one transaction tell the same')
  return { lines, stored: sum?.bytes ?? -1 }
}

const numbers = (lines: readonly string[], word: string): readonly number[] =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)))

describe('L-83: kill -9 inside a batch', () => {
  const points: readonly Omit<InjectionPlan, 'n'>[] = [
    { op: 'begin' },
    { op: 'statement', sqlContains: 'INTO batches' },
    { op: 'statement', sqlContains: 'INTO usage' },
    { op: 'statement', sqlContains: 'INTO egress_hours' },
    { op: 'commit' },
    { op: 'after-commit' },
  ]
  for (const point of points)
    for (const n of [2, 3])
      test(`at ${point.op}${point.sqlContains === undefined ? '' : ` ${point.sqlContains}`}, time ${n}, loses that batch or nothing`, async (t) => {
        const { lines, stored } = await runAndKill(t, 'steps', { plan: { ...point, n, act: 'kill' } })
        const carried = numbers(lines, 'carried').at(-1) ?? 0
        const known = numbers(lines, 'stored').at(-1) ?? 0
        ok(
          carried > 0 && carried - known === 17,
          `it died inside a batch: ${carried} carried, ${known} known to be stored`,
        )
        equal(stored, point.op === 'after-commit' ? carried : known)
      })
})

test('L-83: kill -9 at any time, under the timer, loses what came since the last batch, and counts nothing twice', async (t) => {
  for (const count of [1, 4, 9]) {
    const { lines, stored } = await runAndKill(t, 'timer', {
      enough: (all) => numbers(all, 'stored').length >= count,
    })
    const known = numbers(lines, 'stored').at(-1) ?? 0
    const begun = numbers(lines, 'batch')
    ok(known > 0, 'something was stored')
    ok(begun.filter((carried) => carried > known).length <= 1, 'one batch at a time')
    ok(
      [known, ...begun.filter((carried) => carried > known)].includes(stored),
      `${stored} stored, the last lines: ${lines.slice(-3).join(', ')}`,
    )
  }
})
