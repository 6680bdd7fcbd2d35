/** Many processes over one vault, and many callers in each. */
import { deepEqual, equal } from 'node:assert/strict'
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

async function startChild(folder: string): Promise<Child> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
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
