import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAddress } from '../../src/ip/address.ts'
import { useAccessToken } from '../../src/org/flows/access-token/verify.ts'
import { revoke } from '../../src/org/flows/revoke.ts'
import type { Caller, OrgParts } from '../../src/org/parts.ts'
import { hours } from '../../src/values/time.ts'
import { openEndpointOrg } from './endpoint-org.ts'

const loopback = parseAddress('127.0.0.1')
if (!loopback.ok) throw new Error(loopback.fault.message)
const from = { address: loopback.value, via: 'peer', peer: loopback.value } as const
const caller: Caller = { from, userAgent: undefined, listening: () => true }

/** The same org, none of whose writes comes to anything. */
function withoutWrites(parts: OrgParts): OrgParts {
  const write = () => Promise.resolve({ kind: 'failed', cause: new Error('disk full') } as const)
  const { storage } = parts
  return {
    ...parts,
    storage: {
      ...{ engine: storage.engine, write },
      read: (program) => storage.read(program),
      backup: (path) => storage.backup(path),
      close: () => storage.close(),
    },
  }
}

describe('while nothing can be stored', () => {
  test('nobody is told that a token is revoked, and none is', async () => {
    await using org = await openEndpointOrg()
    const { access, refresh } = await org.grant()
    const broken = withoutWrites(org.parts)
    for (const token of [refresh, access])
      equal((await revoke(broken, { token, reason: undefined, caller })).kind, 'unavailable')
    deepEqual(org.revocations, [])
    equal((await org.get('/services/oauth2/userinfo', access)).status, 200)
    equal((await org.refresh(refresh)).status, 200)
  })

  test('nobody is told that a superseded token is not valid, since that leaves no record', async () => {
    await using org = await openEndpointOrg()
    const { refresh } = await org.grant()
    await org.refresh(refresh)
    const broken = withoutWrites(org.parts)
    equal((await revoke(broken, { token: refresh, reason: undefined, caller })).kind, 'unavailable')
  })

  test('an access token goes on to its end, and is not said to go further', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const end = org.parts.clock() + hours(2)
    org.advance(hours(1.5))
    const outcome = await useAccessToken(withoutWrites(org.parts), access)
    deepEqual(outcome.kind === 'live' && outcome.session.endsAt, end)
  })

  test('a client of the revocation endpoint is told to come again', async () => {
    await using org = await openEndpointOrg()
    const { refresh } = await org.grant()
    await org.parts.storage.close()
    const answer = await org.post('/services/oauth2/revoke', { token: refresh })
    deepEqual([answer.status, answer.json.error], [503, 'temporarily_unavailable'])
    equal(answer.headers.get('retry-after'), '1')
  })
})
