/** Runs a scenario in a network of its own, where packets can be dropped: Linux, and the right to make network namespaces. */
import { execFile } from 'node:child_process'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)

export type Scenario = 'black-hole' | 'address-removed'
export type Seen = Readonly<Record<string, unknown>>

/** A scenario of child-namespace.ts, or a program of its own. */
export type Programme = Scenario | { readonly program: string }

function commandOf(what: Programme): readonly string[] {
  const pathOf = (file: string): string => new URL(file, import.meta.url).pathname
  return typeof what === 'string' ? [pathOf('child-namespace.ts'), what] : [pathOf(what.program)]
}

/** Where no namespace can be made this is said aloud, and the tests beside it that need none have to do. */
export async function inNamespace(t: TestContext, what: Programme, judge: (seen: Seen) => void): Promise<void> {
  const impossible = await whyImpossible()
  if (impossible !== undefined) {
    console.log(`"${t.name}" has not run: ${impossible}`)
    return
  }
  const { stdout } = await run('unshare', ['--net', process.execPath, ...commandOf(what)], { timeout: 120_000 })
  const seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Seen
  t.diagnostic(JSON.stringify(seen))
  judge(seen)
}

async function whyImpossible(): Promise<string | undefined> {
  try {
    await run('unshare', [
      '--net',
      'sh',
      '-c',
      'ip link set lo up && ip link add v0 type veth peer name v1 && nsenter --version',
    ])
    return undefined
  } catch (cause) {
    return `this machine lets nobody make a network namespace (${cause instanceof Error ? cause.message : String(cause)})`
  }
}
