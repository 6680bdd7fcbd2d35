/** The list of a Salesforce org, changed by jsforce over a socket: the org answers the Metadata API as Salesforce does. */
import { deepEqual, equal, match, notEqual, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { describe, test, type TestContext } from 'node:test'
import { openSalesforceApi, type SalesforceApi } from '../../src/cutover/adapters/salesforce-api.ts'
import { settingsType } from '../../src/cutover/adapters/salesforce-settings.ts'
import type { TestOrg } from '../../src/testing.ts'
import { readZip } from '../../src/documents/zip.ts'
import { milliseconds } from '../../src/values/time.ts'
import { app, clock, listOver, openSalesforceScene, rowsOf, textOf, times, wait } from './salesforce-scene.ts'

const pair = ['127.0.0.11', '127.0.0.12'] as const
/** For what is waited out as a whole. */
const tiny = { call: milliseconds(1), retrieve: milliseconds(1), deploy: times.deploy }

describe('the list of a Salesforce org', () => {
  test('SF-244: is retrieved, changed, deployed, and retrieved as it was deployed', async (t) => {
    const { list, ranges, salesforce, org } = await openSalesforceScene(t)
    const before = await list.read()
    deepEqual([textOf(before.rows), before.isEnforced], ['127.0.0.11 127.0.0.12', true])
    const acted = await list.save(rowsOf(...pair, '127.0.0.21'), before.version)
    match(acted.why ?? '', /^the deploy 0Af\w{15} succeeded$/)
    equal(acted.result, 'done')
    deepEqual(await ranges(), [...pair, '127.0.0.21'])
    const after = await list.read()
    notEqual(after.version, before.version)
    deepEqual(await list.save(rowsOf('127.0.0.21'), before.version), {
      result: 'stale',
      why: 'the list was changed since it was looked at',
    })
    const files = readZip(await salesforce.retrieve(settingsType, ['*']), { bytes: 1e6, files: 9 })
    match(files.ok ? (files.value[0]?.content.toString() ?? '') : '', /<label>Test_App_oauthSecurity<\/label>/)
    const audit = await org.admin('/setup-audit-trail')
    match(await audit.text(), /"actor":"admin@test.example","action":"deployExtlClntAppOauthSecuritySettings"/)
  })

  test('P-65: what an admin saves between the look and the deploy is read again first, and nothing is deployed', async (t) => {
    const { list, edit, ranges } = await openSalesforceScene(t)
    const { version } = await list.read()
    await edit(...pair, '127.0.0.99')
    equal((await list.save(rowsOf(...pair, '127.0.0.21'), version)).result, 'stale')
    deepEqual(await ranges(), [...pair, '127.0.0.99'])
  })

  test('P-65: a row that an admin takes out right after the deploy is put back, and the cutover is told to halt', async (t) => {
    let crossing: (() => Promise<void>) | undefined
    const bend = (api: SalesforceApi): SalesforceApi => ({
      ...api,
      async deployStatus(id) {
        const status = await api.deployStatus(id)
        if (status.done) await crossing?.()
        if (status.done) crossing = undefined
        return status
      },
    })
    const { list, edit, ranges } = await openSalesforceScene(t, { bend })
    const { version } = await list.read()
    crossing = () => edit(pair[0]) // as somebody who had opened the page before
    const acted = await list.save(rowsOf(...pair, '127.0.0.21'), version)
    deepEqual(acted, {
      result: 'disturbed',
      why: 'Somebody else has saved the list while it was deployed: 127.0.0.12 was gone. It was put back.',
    })
    deepEqual(await ranges(), [...pair])
  })

  test('a deploy that is refused falls to a person by itself, in the words of Salesforce, and the list is read on', async (t) => {
    const { list, org, byHand, ranges } = await openSalesforceScene(t)
    org.faults.add({ kind: 'refuse-deploy' })
    const { version } = await list.read()
    const acted = await list.save(rowsOf('127.0.0.21'), version)
    equal(acted.result, 'done')
    match(
      acted.why ?? '',
      /Failed: Test_App_oauthSecurity: insufficient access rights on cross-reference id\), so it goes on by hand\. A person was told\.$/,
    )
    deepEqual(byHand, ['told: 127.0.0.21'])
    deepEqual(await ranges(), [...pair])
    equal((await list.read()).version, version)
  })

  test('SF-321: a user who may not use the Metadata API at all has everything done by a person', async (t) => {
    const users = [{ username: 'admin@test.example', password: 'a long test password', profile: 'Standard User' }]
    const { salesforce, byHand } = await openSalesforceScene(t, { org: { users } })
    const list = listOver(salesforce, { times: tiny, byHand })
    equal((await list.read()).version, 'told')
    const acted = await list.save(rowsOf('127.0.0.21'), 'told')
    match(acted.why ?? '', /INSUFFICIENT_ACCESS: use of the Metadata API requires a user/)
    deepEqual(byHand, ['told: 127.0.0.21'])
    equal((await list.invalidate()).result, 'done')
  })

  test('L-97: a deploy that says Succeeded and does not take is done, and the next look shows it', async (t) => {
    const { list, org } = await openSalesforceScene(t)
    org.faults.add({ kind: 'deploy-not-taking' })
    const { version } = await list.read()
    equal((await list.save(rowsOf(...pair, '127.0.0.21'), version)).result, 'done')
    equal((await list.read()).version, version)
  })

  test('a deploy that somebody has cancelled is unknown, and nobody is asked to type it', async (t) => {
    const bend = (api: SalesforceApi): SalesforceApi => ({
      ...api,
      async deploy(zip, options) {
        const id = await api.deploy(zip, options)
        await api.cancelDeploy(id)
        return id
      },
    })
    const { list, org, byHand } = await openSalesforceScene(t, { bend })
    org.faults.add({ kind: 'slow-deploy', for: 200 })
    const acted = await list.save(rowsOf('127.0.0.21'), (await list.read()).version)
    equal(acted.result, 'unknown')
    match(acted.why ?? '', /^the deploy 0Af\w{15} Canceled: it says no more$/)
    deepEqual(byHand, [])
  })

  test('a deploy that is not done in time is cancelled and unknown, and until it is over nothing is read', async (t) => {
    const { list, org, ranges } = await openSalesforceScene(t, { times: { deploy: milliseconds(100) } })
    org.faults.add({ kind: 'slow-deploy', for: 600 })
    const { version } = await list.read()
    const acted = await list.save(rowsOf('127.0.0.21'), version)
    equal(acted.result, 'unknown')
    match(acted.why ?? '', /^the deploy 0Af\w+ is InProgress after 0\.1 s$/)
    await rejects(list.read(), /^Error: the deploy 0Af\w+, which was given up, is Canceling still$/)
    while ((await list.read().catch(() => undefined)) === undefined) await wait(milliseconds(20))
    deepEqual(await ranges(), [...pair], 'it was cancelled before it changed anything')
  })
})

describe('P-64: what a runner before had begun', () => {
  test('is over when the check of its successor is, since deploys run one after the other', async (t) => {
    const sent = Promise.withResolvers<void>()
    const bend = (api: SalesforceApi): SalesforceApi => ({
      ...api,
      async deploy(zip, options) {
        const id = await api.deploy(zip, options)
        sent.resolve()
        return id
      },
    })
    const { list, org, salesforce, ranges } = await openSalesforceScene(t, { bend })
    org.faults.add({ kind: 'slow-deploy', for: 500 })
    const { version } = await list.read()
    const begun = list.save(rowsOf('127.0.0.21'), version)
    await sent.promise
    deepEqual(await listOver(salesforce, { times: tiny }).invalidate(), { result: 'done' })
    deepEqual(await ranges(), ['127.0.0.21'], 'what had been sent is in the list')
    equal((await begun).result, 'done')
  })

  test('is not sent any more where the look before it has taken too long', async (t) => {
    let now = 0
    const { salesforce, ranges } = await openSalesforceScene(t)
    const stopped: SalesforceApi = {
      ...salesforce,
      async retrieve(...of) {
        now += times.retrieve + 2 * times.call + 1
        return await salesforce.retrieve(...of)
      },
    }
    const list = listOver(stopped, { clock: () => now })
    const { version } = await list.read()
    deepEqual(await list.save(rowsOf('127.0.0.21'), version), {
      result: 'stale',
      why: 'the look at the list has taken too long',
    })
    deepEqual(await ranges(), [...pair])
  })
})

describe('the session with a Salesforce org', () => {
  test('is renewed once where the org does not know it any more', async (t) => {
    const tokens: string[] = []
    const { list } = await openSalesforceScene(t, {
      async tokenOf(org) {
        tokens.push(tokens.length === 0 ? '00D000000000001!gone' : (await org.grant()).access_token)
        return tokens.at(-1) ?? ''
      },
    })
    equal((await list.read()).rows.length, 2)
    equal(tokens.length, 2)
  })

  test('that nobody can renew is said so, with the org and what to do', async (t) => {
    const { list } = await openSalesforceScene(t, { tokenOf: () => Promise.resolve('00D000000000001!gone') })
    await rejects(
      list.read(),
      /^Error: http:\/\/127\.0\.0\.1:\d+ does not take the access token \(any more\): INVALID_SESSION_ID\. Write a new one where the cutover file says/,
    )
  })

  test('that ends between the look and the deploy is no refusal: nobody is asked to type anything', async (t) => {
    const { salesforce, org, byHand } = await openSalesforceScene(t)
    const ending: SalesforceApi = {
      ...salesforce,
      async deploy(...of) {
        await org.admin('/oauth-usage/revoke', { method: 'POST', body: { app } })
        return await salesforce.deploy(...of)
      },
    }
    const list = listOver(ending, { byHand })
    const acted = await list.save(rowsOf('127.0.0.21'), (await list.read()).version)
    equal(acted.result, 'done', 'with the token that came for it')
    const stale = await openSalesforceScene(t, { tokenOf: onceOnly(async (of) => (await of.grant()).access_token) })
    const { version } = await stale.list.read()
    await stale.org.admin('/oauth-usage/revoke', { method: 'POST', body: { app } })
    await rejects(stale.list.save(rowsOf('127.0.0.21'), version), /INVALID_SESSION_ID/)
    deepEqual([byHand, stale.byHand], [[], []])
  })

  test('keeps a token that a server repeats in its answer to itself', async (t) => {
    const instance = await listening(t, (request, response) => {
      const message = `cannot parse ${String(request.headers.authorization)}`
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify([{ errorCode: 'MALFORMED_QUERY', message }]))
    })
    const tokenOf = () => Promise.resolve('00D000000000001!canary-of-a-token')
    const api = openSalesforceApi({ instance, api: '62.0', tokenOf, times, wait, clock })
    await rejects(api.query('SELECT Id FROM User'), ({ message }: Error) => {
      match(message, /\[secret\]/)
      return !message.includes('canary-of-a-token')
    })
  })

  test('does not follow a redirect to another origin, which would be handed the token', async (t) => {
    const heard: string[] = []
    const other = await listening(t, (request, response) => {
      heard.push(String(request.headers.authorization))
      response.end('[]')
    })
    const moved = await listening(t, (_request, response) => response.writeHead(302, { location: `${other}/x` }).end())
    const tokenOf = () => Promise.resolve('00D000000000001!canary-of-a-token')
    const api = openSalesforceApi({ instance: moved, api: '62.0', tokenOf, times, wait, clock })
    const says = new RegExp(
      `^Error: ${moved} leads to ${other}, where the access token is not sent\\. If the org has moved`,
    )
    await rejects(api.query('SELECT Id FROM User'), says)
    await rejects(api.retrieve('ExtlClntAppOauthSecuritySettings', ['*']), says)
    deepEqual(heard, [])
  })

  test('follows one within the same origin', async (t) => {
    const answer = JSON.stringify({ totalSize: 0, done: true, records: [] })
    const instance = await listening(t, (request, response) =>
      request.url === '/there'
        ? response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
        : response.writeHead(307, { location: '/there' }).end(),
    )
    const tokenOf = () => Promise.resolve('00D000000000001!canary-of-a-token')
    const api = openSalesforceApi({ instance, api: '62.0', tokenOf, times, wait, clock })
    deepEqual(await api.query('SELECT Id FROM User'), [])
  })

  test('needs jsforce, and says how to install it where it is not', async () => {
    const absent = Object.assign(new Error('Cannot find package jsforce'), { code: 'ERR_MODULE_NOT_FOUND' })
    const tokenOf = () => Promise.resolve('x')
    const terms = { instance: 'http://127.0.0.1:1', api: '62.0', tokenOf, times, wait, clock }
    const api = openSalesforceApi({ ...terms, load: () => Promise.reject(absent) })
    await rejects(
      api.query('SELECT Id FROM User'),
      /needs jsforce, which is not installed\. Run: npm install jsforce@3$/,
    )
  })
})

/** At its origin. */
async function listening(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

/** The same token for ever, as one that stands in a file. */
function onceOnly(tokenOf: (org: TestOrg) => Promise<string>): (org: TestOrg) => Promise<string> {
  let token: Promise<string> | undefined
  return async (org) => await (token ??= tokenOf(org))
}
