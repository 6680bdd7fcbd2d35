import { deepEqual, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import type { Connection } from 'jsforce'
import { instant, seconds } from '../../values/time.ts'
import { openSalesforceApi, SalesforceRefusal, type SalesforceApi } from './salesforce-api.ts'

const token = '00D000000000001!a.session'

/** An org whose Metadata API answers by these. */
function apiOver(metadata: Readonly<Record<string, () => Promise<object>>>): SalesforceApi {
  class Answering {
    readonly metadata = metadata
    readonly _transport = { httpRequest: () => Promise.resolve({ headers: {} }) }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as much of jsforce as is called here
  const load = () => Promise.resolve({ Connection: Answering as unknown as typeof Connection })
  return openSalesforceApi({
    ...{ instance: 'https://acme.my.salesforce.com', api: '62.0', clock: () => instant(0), load },
    ...{ times: { call: seconds(5), retrieve: seconds(1), deploy: seconds(1) }, wait: () => Promise.resolve() },
    tokenOf: () => Promise.resolve(token),
  })
}

test('what an org says of a deploy is told without the token, and so that no terminal obeys it', async () => {
  const details = { componentFailures: [{ fullName: 'a', problem: `bad\u001b[2Jsession ${token}` }] }
  const checkDeployStatus = () => Promise.resolve({ done: true, errorMessage: `of ${token}`, details })
  const { problems } = await apiOver({ checkDeployStatus }).deployStatus('0Af')
  deepEqual(problems, ['of [secret]', 'a: bad [2Jsession [secret]'])
})

test('a retrieve that failed for a cause that passes is no refusal, after which nobody would read the list any more', async () => {
  const failing = (errorStatusCode: string) =>
    apiOver({
      retrieve: () => Promise.resolve({ id: '09S' }),
      checkRetrieveStatus: () => Promise.resolve({ done: true, success: false, errorStatusCode, errorMessage: token }),
    }).retrieve('a', ['*'])
  await rejects(failing('UNKNOWN_EXCEPTION'), { name: 'Error', message: 'the retrieve 09S failed: [secret]' })
  await rejects(failing('INSUFFICIENT_ACCESS'), new SalesforceRefusal('INSUFFICIENT_ACCESS', '[secret]'))
})
