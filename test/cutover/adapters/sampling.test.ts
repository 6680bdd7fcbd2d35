/** A proxy that cannot pin, over real sockets: what an echo shows of it. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { getThrough } from '../../../src/cutover/adapters/proxy-call.ts'
import { parseProxy, type ProxyAddress } from '../../../src/cutover/adapters/proxy-url.ts'
import { probeBySample } from '../../../src/cutover/adapters/sampled-probe.ts'
import { secret } from '../../../src/values/secret.ts'
import { startBalancer, startEcho } from './balancer.ts'

const addresses = ['127.0.0.21', '127.0.0.22'] as const

const proxyOf = (url: string): ProxyAddress => {
  const parsed = parseProxy(secret(url))
  if (!parsed.ok) throw new Error(parsed.fault)
  return parsed.value
}

test('SF-288: each address of a pair is seen twice in eight calls of an echo at least, and is live', async (t) => {
  const { url } = await startBalancer(t, ...addresses)
  const side = { proxy: proxyOf(url), echo: new URL(await startEcho(t)), addresses }
  const { result, evidence } = await probeBySample(side, '127.0.0.22')
  equal(result, 'success')
  match(evidence, /8 calls: 127\.0\.0\.21 4 times, 127\.0\.0\.22 4 times$/)
  ok(!evidence.includes('word'), 'no password in the evidence')
})

test('L-94: the address that did not turn up in forty calls is no proof, neither way', async (t) => {
  const { url } = await startBalancer(t, '127.0.0.21')
  const side = { proxy: proxyOf(url), echo: new URL(await startEcho(t)), addresses }
  const { result, evidence } = await probeBySample(side, '127.0.0.22')
  equal(result, 'unclear')
  match(evidence, /40 calls: 127\.0\.0\.21 40 times$/)
})

test('an address that nobody has planned for is refused at once', async (t) => {
  const { url } = await startBalancer(t, '127.0.0.21', '127.0.0.23')
  const side = { proxy: proxyOf(url), echo: new URL(await startEcho(t)), addresses }
  const { result, evidence } = await probeBySample(side, '127.0.0.21')
  equal(result, 'refused')
  match(evidence, /2 calls: .*; 127\.0\.0\.23 is not in the plan/)
})

test('a proxy that does not answer, or not to these credentials, says nothing of its addresses', async (t) => {
  const { url } = await startBalancer(t, ...addresses)
  const echo = new URL(await startEcho(t))
  const shut = await probeBySample({ proxy: proxyOf('http://127.0.0.1:1'), echo, addresses }, '127.0.0.21')
  deepEqual([shut.result, /5 calls: no answer 5 times .*ECONNREFUSED/.test(shut.evidence)], ['unclear', true])
  const wrong = await probeBySample({ proxy: proxyOf(url.replace('user', 'nobody')), echo, addresses }, '127.0.0.21')
  equal(wrong.result, 'unclear')
  match(wrong.evidence, /answered 407/)
})

test('an echo may lead elsewhere first, and one without an end is left', async (t) => {
  const { url } = await startBalancer(t, ...addresses)
  const echo = await startEcho(t)
  const call = { proxy: proxyOf(url), withinMs: 5000 }
  match(await getThrough({ ...call, url: new URL(`${echo}moved`) }), /127\.0\.0\.2[12]/)
  await rejects(getThrough({ ...call, url: new URL(`${echo}round`) }), /leads from one place to the next without end/)
})

test('an https echo is asked through a tunnel, and a tunnel that is refused is told so', async (t) => {
  const { url } = await startBalancer(t, ...addresses)
  const call = { url: new URL('https://127.0.0.1:1/'), withinMs: 2000 }
  await getThrough({ ...call, proxy: proxyOf(url.replace('user', 'nobody')) }).then(
    () => ok(false, 'it was answered'),
    (cause: unknown) => match(String(cause), /refused the tunnel with 407/),
  )
})
