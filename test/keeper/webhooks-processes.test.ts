/** Several processes tell one webhook of what happens in one vault. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { seconds } from '../../src/values/time.ts'
import { adopt, openVault, signingSecret, startReceiver, webhook, type Receiver, type Vault } from './webhook-kit.ts'

const program = new URL('child-webhooks.ts', import.meta.url).pathname

type Teller = { readonly child: ChildProcess; readonly said: readonly string[]; readonly exited: Promise<unknown> }

async function startTeller(t: TestContext, { folder }: Vault, { url }: Receiver): Promise<Teller> {
  const child = spawn(process.execPath, [program, folder, url, signingSecret], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  const said: string[] = []
  const ready = Promise.withResolvers<void>()
  createInterface(child.stdout).on('line', (line) => {
    if (line === 'ready') ready.resolve()
    else said.push(line)
  })
  await ready.promise
  return { child, said, exited }
}

test('two processes over one vault deliver each event once, and in order', async (t) => {
  const [vault, receiver] = [await openVault(t, 'shared'), await startReceiver(t)]
  const keeper = await vault.open()
  const tellers = await Promise.all([1, 2].map(async () => await startTeller(t, vault, receiver)))
  for (let i = 0; i < 8; i += 1) await adopt(keeper, `connection-${i}`)
  await receiver.has(8)
  for (const { child } of tellers) child.stdin?.end()
  for (const { exited } of tellers) await exited
  equal(receiver.received.length, 8)
  deepEqual(
    receiver.received.map(({ connection }) => connection),
    Array.from({ length: 8 }, (_, i) => `connection-${i}`),
  )
  equal(
    tellers.reduce((sum, { said }) => sum + said.length, 0),
    8,
  )
})

test('a process that is killed in the middle of a delivery loses no event: another one delivers it under the same id', async (t) => {
  const [vault, receiver] = [await openVault(t, 'shared'), await startReceiver(t)]
  const { child, exited } = await startTeller(t, vault, receiver)
  receiver.answer = () => undefined
  const keeper = await vault.open({ webhooks: [webhook(receiver)] })
  await adopt(keeper, 'canary')
  await adopt(keeper, 'parrot')
  await receiver.has(1)
  equal(await keeper.webhooks.deliver(), 0, 'one delivery at a time')
  child.kill('SIGKILL')
  await exited
  receiver.answer = 204
  equal(await keeper.webhooks.deliver(), 0, 'nobody knows yet that it is dead')
  vault.time.ahead(seconds(31))
  equal(await keeper.webhooks.deliver(), 2)
  const [killed, ...rest] = receiver.received
  const again = rest.find(({ connection }) => connection === killed?.connection)
  ok(again !== undefined && again.id === killed?.id)
  deepEqual(rest.map(({ connection }) => connection).toSorted(), ['canary', 'parrot'])
})
