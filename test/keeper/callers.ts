/** Many processes over one vault, and many callers in each. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { openScene } from './scene.ts'
import { hours } from '../../src/values/time.ts'
import { newestGrant, redemptionsOf, usageOf } from './truth.ts'

const program = new URL('child-callers.ts', import.meta.url).pathname

type Child = {
  /** Resolves with what its callers got. */
  readonly ask: (id: string) => Promise<string>
  /** Its clocks, ahead of the machine's by so many milliseconds from when it resolves on. */
  readonly ahead: (ms: number) => Promise<void>
  readonly end: () => Promise<void>
}

async function startChild(folder: string, bent: readonly number[] = []): Promise<Child> {
  const child = spawn(process.execPath, [program, folder, ...bent.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error('the child has ended')
    return value
  }
  const ask = async (text: string): Promise<string> => {
    child.stdin.write(`${text}\n`)
    return await line()
  }
  equal(await line(), 'ready')
  return {
    ask,
    async ahead(ms) {
      equal(await ask(`+${ms}`), `+${ms}`)
    },
    async end() {
      child.stdin.end()
      deepEqual(await exited, [0, null])
    },
  }
}

/** Longer than an access token serves. */
const aSession = hours(2) + 1000
const callers = 8 * 50

export type Together = { readonly rounds: number; readonly exchanges: number; readonly seconds: number }

/** In each round the clocks of 8 processes go beyond the end of the access token, and then 50 callers in each of them ask for it at once. `onRound` hears of each
 *  hundredth. */
export async function askTogether(
  rounds: number,
  onRound: (so: Together) => void = () => undefined,
): Promise<Together> {
  await using scene = await openScene()
  const children = await Promise.all(Array.from({ length: 8 }, () => startChild(scene.folder)))
  const { useCount: first } = await usageOf(scene.org)
  const begun = performance.now()
  let before = ''
  let exchanges = 0
  const sofar = (done: number): Together => ({
    ...{ rounds: done, exchanges, seconds: Math.round((performance.now() - begun) / 1000) },
  })
  for (let round = 1; round <= rounds; round += 1) {
    // nobody asks before all clocks are there: what one of them would call a lease another would call over
    await Promise.all(children.map((child) => child.ahead(round * aSession)))
    const said = await Promise.all(children.map((child) => child.ask('canary')))
    equal(new Set(said).size, 1, `round ${round}: all ${callers} got the same: ${said.join(', ')}`)
    match(said[0] ?? '', /^1 [0-9a-f]{64}$/, `round ${round}`)
    equal(said[0] === before, false, `round ${round}: it is another one than before`)
    before = said[0] ?? ''
    equal((await scene.keeper.connection('canary'))?.generation, round + 1)
    const { useCount, refusals } = await usageOf(scene.org)
    exchanges = useCount + refusals - first
    deepEqual([exchanges, refusals], [round, 0], 'the org was asked once in each round')
    if (round % 100 === 0) onRound(sofar(round))
  }
  for (const child of children) await child.end()
  return sofar(rounds)
}

/** As above, but half of the processes have clocks that are a minute ahead. Whoever believes a lease to be over that is not, sends nothing: it is in doubt, until
 *  the reply has come to the one who holds it. */
export async function askAskew(rounds: number): Promise<void> {
  await using scene = await openScene()
  const children = await Promise.all(Array.from({ length: 8 }, (_, i) => startChild(scene.folder, [(i % 2) * 60_000])))
  for (let round = 1; round <= rounds; round += 1) {
    const id = `askew-${round}`
    await scene.adopt(id)
    const grant = await newestGrant(scene.org)
    const said = await Promise.all(children.map((child) => child.ask(id)))
    for (const each of said) match(each, /^1 ([\w-]{40,}|IN_DOUBT|NOT_SENT)$/)
    const again = new Set(await Promise.all(children.map((child) => child.ask(id))))
    equal(again.size, 1, [...again].join())
    match([...again].join(), /^1 [0-9a-f]{64}$/)
    deepEqual(await redemptionsOf(scene.org, grant), ['allowed'], 'the org was asked once')
  }
  for (const child of children) await child.end()
}

/** The org answers later than a lease lasts: nobody sends again, and everybody is told that it is in doubt. */
export async function askSlowOrg(when: 'before-commit' | 'after-commit'): Promise<void> {
  await using scene = await openScene()
  const children = await Promise.all(Array.from({ length: 8 }, () => startChild(scene.folder, [0, 7000, 1000])))
  const grant = await newestGrant(scene.org)
  scene.org.faults.add({ kind: 'delay', for: 8000, when }, { times: 1 })
  const said = await Promise.all(children.map((child) => child.ask('canary')))
  deepEqual([...new Set(said)], ['1 IN_DOUBT'])
  const again = await Promise.all(children.map((child) => child.ask('canary')))
  deepEqual([...new Set(again)], ['1 IN_DOUBT'])
  for (const child of children) await child.end()
  const sent = await redemptionsOf(scene.org, grant)
  equal(sent.filter((decision) => decision === 'reuse').length, 0)
  equal(sent.length <= 1, true, sent.join())
}
