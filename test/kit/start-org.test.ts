import { equal, rejects } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startOrg } from '../../src/testing.ts'

describe('startOrg', () => {
  test('names every fault of a file with its place and its path', async () => {
    const words = [
      'org file:1:9: users[0].username: is missing; a text is expected',
      'org file:1:11: users[0].usernme: the key "usernme" is not known',
    ]
    await rejects(startOrg({ file: 'users: [{ usernme: x }]' }), { message: words.join('\n') })
  })

  test('names the fault of an app that is given as an object', async () => {
    await rejects(startOrg({ apps: [{ nme: 'x' }] }), {
      message: /externalClientApps\[0\]\.nme: the key "nme" is not known/,
    })
  })

  test('leaves a folder of the caller, with its data, after close', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-kit-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const org = await startOrg({ storage: { folder } })
    const { refresh_token } = await org.grant()
    await org.close()
    equal(existsSync(join(folder, 'org.db')), true)
    const again = await startOrg({ storage: { folder } })
    t.after(() => again.close())
    const { consumerKey: client_id, consumerSecret: client_secret } = again.client
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token, client_id, client_secret })
    equal((await fetch(`${again.url}/services/oauth2/token`, { method: 'POST', body })).status, 200)
  })
})
