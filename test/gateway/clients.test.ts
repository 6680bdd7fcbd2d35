/** Who is let in, and what the others learn. */
import { deepEqual, equal, match, notEqual, throws } from 'node:assert/strict'
import { randomFillSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import { newClient, newClientCredentials, openClients, type RunningClients } from '../../src/gateway/clients.ts'
import type { GatewayClient } from '../../src/gateway/configuration.ts'
import { parseAddress, type Address } from '../../src/ip/address.ts'
import { secret } from '../../src/values/secret.ts'
import { backend, type Logged } from './doorway.ts'

const random = (count: number): Uint8Array => randomFillSync(new Uint8Array(count))
const address = (text: string): Address => {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}
const here = address('192.0.2.7')

type Bent = { readonly clients: RunningClients; readonly logged: readonly Logged[]; now: number; from: Address }

function open(clients: readonly GatewayClient[] = [backend]): Bent {
  const logged: Logged[] = []
  const log = (event: string, fields = {}): void => void logged.push({ event, fields })
  const bent = { logged, now: 0, from: here }
  return Object.assign(bent, {
    clients: openClients({ clients, random, monotonic: () => bent.now, log: { info: log, warn: log, error: log } }),
  })
}

const says = ({ clients, from }: Bent, user: string, password: string): string => {
  const judged = clients.authenticate({ user, password }, from)
  return judged.ok ? `${judged.value.client.name} ${judged.value.pin ?? 'any'}` : judged.fault.code
}

describe('a client', () => {
  test('is let in with its password alone', () => {
    const open1 = open()
    equal(says(open1, 'app', 's3cret'), 'backend any')
    for (const [user, password] of [
      ['app', 'S3cret'],
      ['app', ''],
      ['App', 's3cret'],
      ['', ''],
      ['nobody', 's3cret'],
    ] as const)
      equal(says(open1, user, password), 'CREDENTIALS_WRONG')
  })
  test('without credentials is asked for them, and that is no failure', () => {
    const bent = open()
    for (let i = 0; i < 100; i += 1) {
      const judged = bent.clients.authenticate(undefined, here)
      equal(!judged.ok && judged.fault.code, 'CREDENTIALS_MISSING')
    }
    equal(says(bent, 'app', 'wrong'), 'CREDENTIALS_WRONG')
  })
  test('learns nothing of whether a user exists: both refusals are one', () => {
    const bent = open()
    const wrong = [
      bent.clients.authenticate({ user: 'app', password: 'x' }, here),
      bent.clients.authenticate({ user: 'nobody', password: 'x' }, here),
    ]
    deepEqual(wrong[0], wrong[1])
  })
  test('L-69: is known by percent-encoded credentials, by other letters, and however those are composed', () => {
    const bent = open([{ ...backend, username: 'jürgen@x', password: secret('straße/%') }])
    equal(says(bent, 'jürgen@x', 'straße/%'), 'backend any')
    equal(says(bent, encodeURIComponent('jürgen@x'), encodeURIComponent('straße/%')), 'backend any')
    equal(says(bent, 'jürgen@x'.normalize('NFD'), 'straße/%'), 'backend any')
  })
  test('pins an egress where it may', () => {
    const bent = open([backend, { ...backend, name: 'other', username: 'other', mayPin: false }])
    equal(says(bent, 'app+egress=b', 's3cret'), 'backend b')
    equal(says(bent, 'app%2Begress%3Db', 's3cret'), 'backend b')
    equal(says(bent, 'other+egress=b', 's3cret'), 'PIN_NOT_PERMITTED')
    equal(says(bent, 'other+egress=b', 'wrong'), 'CREDENTIALS_WRONG')
    equal(says(bent, 'app+egress=', 's3cret'), 'CREDENTIALS_WRONG')
  })
  test('whose own user looks like another’s with an egress is itself', () => {
    const bent = open([backend, { ...backend, name: 'plus', username: 'app+egress=b', password: secret('other') }])
    equal(says(bent, 'app+egress=b', 'other'), 'plus any')
    equal(says(bent, 'app+egress=b', 's3cret'), 'CREDENTIALS_WRONG')
    equal(says(bent, 'app+egress=b+egress=c', 'other'), 'plus c')
  })
  test('is known by its label, or else by its name', () => {
    const label = (client: GatewayClient): string | undefined => {
      const judged = open([client]).clients.authenticate({ user: 'app', password: 's3cret' }, here)
      return judged.ok ? judged.value.client.label : undefined
    }
    deepEqual([label(backend), label({ ...backend, label: 'Nightly' })], ['backend', 'Nightly'])
  })
  test('none at all lets nobody in', () => equal(says(open([]), 'app', 's3cret'), 'CREDENTIALS_WRONG'))
})

describe('failures', () => {
  test('of one source are too many after twenty, and the right password passes all the same', () => {
    const bent = open()
    for (let i = 0; i < 20; i += 1) equal(says(bent, 'app', `guess ${i}`), 'CREDENTIALS_WRONG')
    equal(says(bent, 'app', 'guess'), 'TOO_MANY_FAILURES')
    equal(says(bent, 'app', 's3cret'), 'backend any')
    equal(says(bent, 'app', 'guess'), 'TOO_MANY_FAILURES')
    bent.from = address('192.0.2.8')
    equal(says(bent, 'app', 'guess'), 'CREDENTIALS_WRONG')
    bent.from = here
    bent.now = 60_001
    equal(says(bent, 'app', 'guess'), 'CREDENTIALS_WRONG')
  })
  test('of one /64 count together', () => {
    const bent = open()
    for (let i = 1; i <= 20; i += 1) {
      bent.from = address(`2001:db8::${i}`)
      says(bent, 'app', 'x')
    }
    equal(says(bent, 'app', 'x'), 'TOO_MANY_FAILURES')
    bent.from = address('2001:db8:0:1::1')
    equal(says(bent, 'app', 'x'), 'CREDENTIALS_WRONG')
  })
  test('are logged once, without what was tried', () => {
    const bent = open()
    for (let i = 0; i < 100; i += 1) says(bent, 'a-user', 'a-password')
    deepEqual(bent.logged, [{ event: 'too-many-wrong-credentials', fields: { from: '192.0.2.7' } }])
  })
})

describe('the clients', () => {
  test('are replaced as a whole, or not at all', () => {
    const bent = open()
    bent.clients.replace([{ ...backend, password: secret('newer') }])
    deepEqual([says(bent, 'app', 's3cret'), says(bent, 'app', 'newer')], ['CREDENTIALS_WRONG', 'backend any'])
    throws(() => bent.clients.replace([backend, backend]), /gateway\.clients, row 2: two clients are named backend/)
    equal(says(bent, 'app', 'newer'), 'backend any')
  })
  test('whose password has changed are not let in by the header that was right before', () => {
    const bent = open()
    const header = `Basic ${Buffer.from('app:s3cret').toString('base64')}`
    const letIn = (): boolean => bent.clients.authenticateHeader(header, here).ok
    deepEqual([letIn(), letIn()], [true, true])
    bent.clients.replace([{ ...backend, password: secret('newer') }])
    equal(letIn(), false)
  })
  test('that show a wrong header are counted each time', () => {
    const bent = open()
    const header = `Basic ${Buffer.from('app:wrong').toString('base64')}`
    const codes = Array.from({ length: 25 }, () => {
      const judged = bent.clients.authenticateHeader(header, here)
      return judged.ok ? 'ok' : judged.fault.code
    })
    deepEqual([codes[0], codes.at(-1)], ['CREDENTIALS_WRONG', 'TOO_MANY_FAILURES'])
  })
  test('hold no password in clear', () => {
    const bent = open()
    says(bent, 'app', 's3cret')
    equal(inspect(bent.clients, { depth: 9, showHidden: true }).includes('s3cret'), false)
  })
  test('that a gateway makes for itself stand in a URL as they are, and differ', () => {
    const made = newClientCredentials(random)
    match(`${made.username}:${made.password.expose()}`, /^app[0-9a-z]{8}:[0-9a-z]{32}$/)
    notEqual(made.password.expose(), newClientCredentials(random).password.expose())
    const client = newClient(random)
    equal(says(open([client]), `${client.username}+egress=a`, client.password.expose()), 'app a')
    equal(inspect(client).includes(client.password.expose()), false)
  })
})
