import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isExempt, proxyVariables } from './proxy-variables.ts'

describe('what the environment says of proxies', () => {
  test('is nothing where no variable is set, or an empty one', () => {
    deepEqual(proxyVariables({ HTTPS_PROXY: '' }), { set: [], exempt: [], nodeHeedsThem: false })
  })

  test('names what is set, and prints no credentials', () => {
    const { set, nodeHeedsThem } = proxyVariables({ HTTPS_PROXY: 'http://u:canary@h:1', NODE_USE_ENV_PROXY: '1' })
    deepEqual(
      set.map(({ name, url }) => [name, url.expose()]),
      [['HTTPS_PROXY', 'http://u:canary@h:1']],
    )
    equal(JSON.stringify(set).includes('canary'), false)
    equal(nodeHeedsThem, true)
  })

  const hosts = {
    'a host that is listed is exempt': ['login.salesforce.com', 'login.salesforce.com', true],
    'so is one below a listed domain': ['login.salesforce.com', 'salesforce.com', true],
    'a dot before the domain makes no difference': ['login.salesforce.com', '.salesforce.com', true],
    'a star exempts everything': ['login.salesforce.com', '*', true],
    'a name that only ends alike is not exempt': ['notsalesforce.com', 'salesforce.com', false],
    'other hosts are not': ['login.salesforce.com', 'localhost 127.0.0.1', false],
  } as const
  for (const [sentence, [host, list, exempt]] of Object.entries(hosts))
    test(sentence, () => equal(isExempt(host, proxyVariables({ NO_PROXY: list }).exempt), exempt))
})
