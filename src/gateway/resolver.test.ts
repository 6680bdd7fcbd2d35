import { deepEqual, equal } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { formatAddress } from '../ip/address.ts'
import { milliseconds, type Duration } from '../values/time.ts'
import { openMachineNames } from './machine-names.ts'
import type { Asked } from './name-servers.ts'
import { resolverOver } from './resolver.ts'
import { combineFamilies, type NameAnswer } from './rules/destination/name-answer.ts'

const asked = (addresses: readonly string[], ttl = 300): Asked =>
  combineFamilies([{ kind: 'records', records: addresses.map((address) => ({ address, ttl })) }])
const noSuchName: Asked = combineFamilies([{ kind: 'failed', code: 'ENOTFOUND' }])

const text = (answer: NameAnswer): string => {
  if (answer.ok) return answer.value.map(formatAddress).join(' ')
  return answer.fault.kind === 'timed-out' ? 'timed out' : answer.fault.why
}

type Question = { readonly name: string; readonly answer: (with_: Asked) => Promise<void> }

/** A resolver whose name servers answer when the test says so, on a clock that the test moves. */
function opened({ atOnce, deadline }: { readonly atOnce?: number; readonly deadline?: Duration } = {}) {
  const questions: Question[] = []
  let now = 0
  const resolver = resolverOver({
    monotonic: () => now,
    machine: { find: (name) => (name === 'vm' ? { ok: true, value: [] } : undefined) },
    ...(atOnce === undefined ? {} : { atOnce }),
    ...(deadline === undefined ? {} : { deadline: () => deadline }),
    servers: {
      ask: async (name) => {
        const { promise, resolve } = Promise.withResolvers<Asked>()
        questions.push({ name, answer: async (given) => (resolve(given), await settled()) })
        return await promise
      },
      reload: () => {},
      close: () => {},
    },
  })
  const names = (): string[] => questions.map(({ name }) => name)
  return { ...resolver, questions, names, pass: (ms: number) => void (now += ms) }
}

/** Everything that waits for an answer which is there has gone on. */
const settled = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve))

describe('resolving a name', () => {
  test('many who ask at one time are one question, and get one answer', async () => {
    const { resolve, questions } = opened()
    const waiting = Array.from({ length: 2000 }, async () => text(await resolve('a.example')))
    equal(questions.length, 1)
    await questions[0]?.answer(asked(['192.0.2.1']))
    deepEqual(new Set(await Promise.all(waiting)), new Set(['192.0.2.1']))
  })

  test('a name that is known is answered at once, until its time is over', async () => {
    const { resolve, questions, pass, names } = opened()
    const first = resolve('a.example')
    await questions[0]?.answer(asked(['192.0.2.1'], 20))
    await first
    pass(19_999)
    equal(resolve('a.example') instanceof Promise, false)
    pass(1)
    equal(resolve('a.example') instanceof Promise, true)
    deepEqual(names(), ['a.example', 'a.example'])
  })

  test('each of its addresses comes first in turn, IPv4 before IPv6', async () => {
    const { resolve, questions } = opened()
    const first = resolve('a.example')
    await questions[0]?.answer(asked(['192.0.2.1', '192.0.2.2', '2001:db8::1']))
    const told = [text(await first)]
    for (let i = 0; i < 3; i += 1) told.push(text(await resolve('a.example')))
    deepEqual(told, [
      '192.0.2.1 192.0.2.2 2001:db8::1',
      '192.0.2.2 192.0.2.1 2001:db8::1',
      '192.0.2.1 192.0.2.2 2001:db8::1',
      '192.0.2.2 192.0.2.1 2001:db8::1',
    ])
  })

  test('that there is no such name is known for a second', async () => {
    const { resolve, questions, pass, names } = opened()
    const first = resolve('a.example')
    await questions[0]?.answer(noSuchName)
    equal(text(await first), 'there is no such name')
    pass(999)
    equal(text(await resolve('a.example')), 'there is no such name')
    pass(1)
    void resolve('a.example')
    deepEqual(names(), ['a.example', 'a.example'])
  })

  test('what the machine itself knows is asked of nobody', () => {
    const { resolve, questions } = opened()
    equal(resolve('vm') instanceof Promise, false)
    equal(questions.length, 0)
  })

  test('at the deadline it has timed out, and the answer that comes later serves the next', async (t: TestContext) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { resolve, questions, names } = opened({ deadline: milliseconds(500) })
    const first = resolve('a.example')
    t.mock.timers.tick(500)
    equal(text(await first), 'timed out')
    await questions[0]?.answer(asked(['192.0.2.1']))
    equal(text(await resolve('a.example')), '192.0.2.1')
    deepEqual(names(), ['a.example'])
  })

  test('so many questions at one time and no more; the others wait for their turn', async () => {
    const { resolve, questions, names } = opened({ atOnce: 2 })
    const all = ['a', 'b', 'c', 'd'].map(async (name) => text(await resolve(name)))
    deepEqual(names(), ['a', 'b'])
    await questions[1]?.answer(asked(['192.0.2.2']))
    deepEqual(names(), ['a', 'b', 'c'])
    for (const i of [0, 2, 3]) await questions[i]?.answer(asked([`192.0.2.${i}`]))
    deepEqual(await Promise.all(all), ['192.0.2.0', '192.0.2.2', '192.0.2.2', '192.0.2.3'])
  })

  test('the wait for a turn counts against the deadline, and nobody is asked for whom nobody waits', async (t: TestContext) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { resolve, questions, names } = opened({ atOnce: 1, deadline: milliseconds(500) })
    void resolve('a')
    const second = resolve('b')
    t.mock.timers.tick(500)
    equal(text(await second), 'timed out')
    await questions[0]?.answer(asked(['192.0.2.1']))
    deepEqual(names(), ['a'])
  })

  test('a flood of names is cut off where the queue ends', () => {
    const { resolve, questions } = opened({ atOnce: 1 })
    for (let i = 0; i < 4097; i += 1) void resolve(`n${i}`)
    const after = resolve('one.too.many')
    equal(after instanceof Promise ? 'waits' : text(after), 'timed out')
    equal(questions.length, 1)
  })

  test('of more names than are remembered the oldest goes', async () => {
    const { resolve, questions, names } = opened({ atOnce: 5000 })
    for (let i = 0; i < 4097; i += 1) void resolve(`n${i}`)
    for (const question of questions) void question.answer(asked(['192.0.2.1']))
    await settled()
    equal(resolve('n1') instanceof Promise, false)
    equal(resolve('n0') instanceof Promise, true)
    equal(names().length, 4098)
  })

  test('closed, it answers whoever waits and asks for nothing more', async () => {
    const { resolve, close, names } = opened({ atOnce: 1 })
    const waiting = ['a', 'b'].map(async (name) => text(await resolve(name)))
    close()
    deepEqual(await Promise.all(waiting), ['the gateway is stopping', 'the gateway is stopping'])
    equal(text(await resolve('c')), 'the gateway is stopping')
    deepEqual(names(), ['a'])
  })
})

test('the names of the machine follow their file, and the name servers theirs', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-hosts-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [hostsFile, resolvFile] = [join(folder, 'hosts'), join(folder, 'resolv.conf')]
  writeFileSync(hostsFile, '192.0.2.1 a.example\n')
  const clock = { now: 0 }
  let changes = 0
  const { find } = openMachineNames({
    monotonic: () => clock.now,
    hostsFile,
    resolvFile,
    serversChanged: () => (changes += 1),
  })
  const told = (name: string): string => {
    const answer = find(name)
    return answer === undefined ? 'not here' : text(answer)
  }
  equal(told('a.example'), '192.0.2.1')
  writeFileSync(hostsFile, '192.0.2.99 a.example b.example\n')
  writeFileSync(resolvFile, 'nameserver 192.0.2.53\n')
  clock.now = 4999
  deepEqual([told('a.example'), changes], ['192.0.2.1', 0])
  clock.now = 5000
  deepEqual([told('a.example'), told('b.example'), changes], ['192.0.2.99', '192.0.2.99', 1])
  rmSync(hostsFile)
  clock.now = 10_000
  deepEqual([told('a.example'), told('localhost'), changes], ['not here', '127.0.0.1 ::1', 1])
})
