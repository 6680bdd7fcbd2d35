/** One cutover with one fault, under load, to its end; and once more where its instruction was followed. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { Ended } from '../../cli/command.ts'
import { egresses, listed, settle } from './by-hand.ts'
import type { Fault } from './faults.ts'
import type { Scene } from './trouble.ts'
import { openFront } from './front.ts'
import { countsSince } from './load.ts'
import { onePair, otherPair, type Place } from './place.ts'
import { openRunner, run, type Runner, type Started, type Wish } from './runner.ts'

export type Outcome = {
  readonly fault: Fault
  /** How it ended, and what it said. */
  readonly end: string
  readonly instruction: string
  /** Of the run after the instruction was followed. */
  readonly again: string | undefined
  readonly redemptions: number
  readonly failed: readonly string[]
  readonly runner: Runner
}

const exits = { 'done': 0, 'waiting': 3, 'rolled-back': 4, 'halted': 5 } as const

/** The list holds the first pair alone, and traffic leaves from it, when it begins. */
export async function strike(t: TestContext, place: Place, fault: Fault): Promise<Outcome> {
  await place.retire(['canary'])
  await settle(place, onePair)
  const [org, gateway] = [await openFront(t, place.org.origin), await openFront(t, place.gateway.origin)]
  const wish: Wish = {
    ...{ from: onePair, to: otherPair, org: org.origin, gateway: gateway.origin },
    ...{ canaries: fault.wish?.canaries ?? (await fresh(place, 2)), propagationWait: '150ms', watch: '300ms' },
    ...fault.wish,
  }
  const runner = await openRunner(t, place, wish)
  const started: Started[] = []
  const start = (): Started => {
    const one = runner.start(run)
    started.push(one)
    return one
  }
  const beside: Promise<unknown>[] = []
  const scene: Scene = {
    meanwhile: (work) => void beside.push(work),
    ...{ t, place, org, gateway, startAnother: start, endLease: runner.endLease },
    freshCanaries: async () => await runner.configure({ canaries: await fresh(place, 2) }),
    async killFirst() {
      started[0]?.child.kill('SIGKILL')
      await started[0]?.end
    },
  }
  const before = place.load.counts()
  await fault.strike(scene)
  start()
  let end = await lastOf(started, beside)
  if (end.code === exits.waiting && fault.ends !== 'waiting') {
    await place.load.allFrom(otherPair)
    end = await runToEnd(place, runner)
  }
  const said = { code: end.code, end: endOf(runner, end, fault.says) }
  equal(said.code, exits[fault.ends], `${fault.what}: ${end.stderr}`)
  match(said.end.instruction, fault.says)
  await isSafe(place, said.end.how === 'done' ? otherPair : undefined)
  const again = await followed(runner, fault, scene)
  const counts = countsSince(before, place.load.counts())
  deepEqual([org.faults, gateway.faults], [[], []])
  return {
    ...{ fault, end: said.end.how, instruction: said.end.instruction, again, runner },
    ...{ redemptions: counts.good, failed: counts.failed },
  }
}

/** Nobody knows anything of them yet. */
async function fresh(place: Place, count: number): Promise<readonly string[]> {
  const names = Array.from({ length: count }, () => `canary-${randomUUID().slice(0, 8)}`)
  for (const each of names) await place.adopt(each)
  return names
}

/** On a busy machine a client may not have come round since the traffic moved: a person sees that it has meanwhile, and runs it again. */
export async function runToEnd(place: Place, runner: Runner): Promise<Ended> {
  for (let runs = 1; ; runs += 1) {
    const ended = await runner.cutover(run)
    if (ended.code !== exits.waiting || runs === 5) return ended
    await place.load.allFrom(otherPair)
  }
}

/** Of whoever came to an end by itself; one that was refused since another runs has come to none. */
async function lastOf(started: readonly Started[], beside: readonly Promise<unknown>[]): Promise<Ended> {
  let ends: readonly Ended[] = []
  while (ends.length < started.length) {
    ends = await Promise.all(started.map(({ end }) => end))
    await Promise.all(beside)
  }
  return ends.find(({ code }) => code !== null && code !== 1) ?? (ends[0] as Ended)
}

function endOf(
  runner: Runner,
  { code, stderr }: Ended,
  says: RegExp,
): { readonly how: string; readonly instruction: string } {
  if (code === exits.waiting)
    return { how: 'waiting', instruction: stderr.split('\n').find((line) => says.test(line)) ?? stderr }
  const last = runner.journal().at(-1)
  return { how: String(last?.['how']), instruction: String(last?.['instruction']) }
}

async function followed(runner: Runner, { mend, what }: Fault, scene: Scene): Promise<string | undefined> {
  if (mend === undefined) return undefined
  await mend(scene)
  const second = await runToEnd(scene.place, runner)
  equal(second.code, 0, `${what}, run again: ${second.stderr}`)
  await isSafe(scene.place, otherPair)
  return 'done'
}

/** P-60: whatever traffic may leave from is listed; at the end of a cutover that is done, it is these and no other of the plan. */
async function isSafe(place: Place, only: readonly string[] | undefined): Promise<void> {
  const active = (await egresses(place)).filter(({ mode }) => mode === 'active').map(({ address }) => address)
  const rows = await listed(place)
  ok(active.length > 0 && active.every((each) => rows.includes(each)), `${active.join()} of ${rows.join()}`)
  if (only === undefined) return
  deepEqual(active.filter((each) => !each.endsWith('.31')).toSorted(), only)
  deepEqual(rows.filter((each) => !each.endsWith('.31')).toSorted(), only)
}
