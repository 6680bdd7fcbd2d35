/** Many processes over one vault, and many callers in each. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { openScene } from './scene.ts'
import { newestGrant, redemptionsOf } from './truth.ts'

const program = new URL('child-callers.ts', import.meta.url).pathname

type Child = {
  /** Resolves with what its callers got. */
  readonly ask: (id: string) => Promise<string>
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
  equal(await line(), 'ready')
  return {
    async ask(id) {
      child.stdin.write(`${id}\n`)
      return await line()
    },
    async end() {
      child.stdin.end()
      deepEqual(await exited, [0, null])
    },
  }
}

/** In each round 50 callers in each of 8 processes ask for the token of a connection that is due. */
export async function askTogether(rounds: number): Promise<void> {
  await using scene = await openScene()
  const children = await Promise.all(Array.from({ length: 8 }, () => startChild(scene.folder)))
  for (let round = 1; round <= rounds; round += 1) {
    const id = `round-${round}`
    await scene.adopt(id)
    const grant = await newestGrant(scene.org)
    const said = await Promise.all(children.map((child) => child.ask(id)))
    equal(new Set(said).size, 1, `all got the same: ${said.join(', ')}`)
    equal(said[0]?.startsWith('1 '), true)
    deepEqual(await redemptionsOf(scene.org, grant), ['allowed'], 'the org was asked once')
    await scene.keeper.remove(id)
  }
  for (const child of children) await child.end()
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
