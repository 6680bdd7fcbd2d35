/** `sallyport up` in a test: started, and the commands that it printed. */
import { equal } from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { service, shell, type Service, type Setting } from './command.ts'

export type Up = {
  readonly up: Service
  readonly refused: string
  readonly accepted: string
  readonly explained: string
  readonly replayed: string
}

/** Ready when it resolves: the commands are the last that it prints. */
export async function startUp(t: TestContext, setting: Setting, ...args: readonly string[]): Promise<Up> {
  const up = await service(t, ['up', '--listen', '127.0.0.1:0', ...args], setting)
  await up.prints(/replay\.curl\n/)
  const commands = up.stdout().matchAll(/^ {2}((?:curl|npm|npx|SALLYPORT_|\/|').*)$/gm)
  const [refused = '', accepted = '', explained = '', replayed = ''] = [...commands].map(([, command]) => command)
  return { up, refused, accepted, explained, replayed }
}

/** The printed commands need curl, as the README says; without it nothing here would prove anything. */
export async function curlIsThere(setting: Setting): Promise<void> {
  const { code } = await shell('curl --version', setting)
  equal(code, 0, 'curl is missing: install it, since the demonstration and its test use it')
}
