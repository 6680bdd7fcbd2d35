/** A tunnel from an old address that nobody ends, by the command line: asked about, told of, and cut where a person says so. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { connectThrough } from '../../gateway/raw-client.ts'
import { countsSince } from './load.ts'
import { onePair, openPlace, otherPair } from './place.ts'
import { openRunner, run } from './runner.ts'

/** Ended before the gateway is, which would wait for it. */
const open: (() => void)[] = []

test('P-66: a cutover waits for a tunnel that stays open, asks, cuts it where it is released, and no redemption fails', async (t) => {
  t.after(() => open.forEach((end) => end()))
  const place = await openPlace(t, { chains: 8, canaries: 2 })
  await place.adopt('canary')
  const { load, gateway, org } = place
  load.pace(40)
  await load.allFrom(onePair)
  const before = load.counts()
  const { raw } = await connectThrough(gateway.proxy, new URL(org.origin).host, {
    credentials: { username: 'app', password: gateway.password },
    fields: ['Sallyport-Egress: a'],
  })
  open.push(() => raw.socket.destroy())
  const wish = { from: onePair, to: otherPair, canaries: ['canary'], propagationWait: '150ms', watch: '300ms' }
  const runner = await openRunner(t, place, { ...wish, drainWait: '2s' })
  const asked = await runner.cutover(run)
  equal(asked.code, 3, asked.stderr)
  match(asked.stderr, /1 tunnel from 127\.0\.0\.11 may end by itself|may end by themselves/)
  match(asked.stderr, /1 tunnel from 127\.0\.0\.11 is open still, and nothing is removed meanwhile\. May it be cut\?/)
  match(asked.stderr, /cutover release \S+\n[^]*cutover abort/)
  const status = await runner.cutover(['status'])
  match(status.stdout, /It is waiting for a person\.[^]*May it be cut\?[^]*cutover release/)
  const listed = async (): Promise<string> => JSON.stringify(await ranges(place))
  for (const each of onePair) ok((await listed()).includes(each), 'nothing is removed meanwhile')
  const released = await runner.cutover(['release'])
  equal(released.code, 0, released.stderr)
  const end = await runner.cutover(run)
  equal(end.code, 0, end.stderr)
  match(end.stderr, /Cut what is open on 127\.0\.0\.11/)
  await raw.closed
  for (const each of onePair) equal((await listed()).includes(`"${each}"`), false)
  const { failed, good } = countsSince(before, load.counts())
  deepEqual(failed, [])
  t.diagnostic(`${good} redemptions, none failed`)
})

async function ranges({ org }: Awaited<ReturnType<typeof openPlace>>): Promise<unknown> {
  const answer = await fetch(`${org.url}/apps/${org.app}/refresh-token-ip-allowlist`, {
    headers: { authorization: `Bearer ${org.token}` },
  })
  return await answer.json()
}
