import { equal, match } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { emptyFolder, sallyport, service } from './command.ts'

const canary = 'canary-51c0ffee'

const configuration = `
storage: sqlite:./data
org: { listen: "127.0.0.1:0", file: org.yaml }
gateway:
  clients:
    - { name: plain, username: a, password: ${canary}-plain }
    - { name: environment, username: b, password: { env: GATEWAY_PASSWORD } }
    - { name: file, username: c, password: { file: password.txt } }
keeper: { proxy: "http://user:${canary}-proxy@proxy.example:1" }
`
const orgFile = `
users: [{ username: a@b.example, password: ${canary}-user, email: a@b.example }]
externalClientApps:
  - name: App
    contactEmail: a@b.example
    globalOauthSettings: { consumerKey: key-1234567890, consumerSecret: { env: APP_SECRET }, callbackUrl: "http://localhost/" }
    oauthSettings: { commaSeparatedOauthScopes: Api }
`

test('no secret of the configuration, the org file or the environment appears in any output', async (t) => {
  const cwd = await emptyFolder(t)
  const env = {
    GATEWAY_PASSWORD: `${canary}-env`,
    APP_SECRET: `${canary}-app`,
    SALLYPORT_ADMIN_TOKEN: `${canary}-admin`,
  }
  await writeFile(join(cwd, 'sallyport.yaml'), configuration)
  await writeFile(join(cwd, 'org.yaml'), orgFile)
  await writeFile(join(cwd, 'password.txt'), `${canary}-file\n`)
  const org = await service(t, ['org'], { cwd, env })
  await org.prints(/Admin token: /)
  const runs = [
    await sallyport(['config', 'check'], { cwd, env }),
    await sallyport(['doctor'], { cwd, env }),
    await sallyport(['doctor', '--json'], { cwd, env }),
    await sallyport(['allowlist', 'list', 'App', '--org', org.url], { cwd, env }),
    await sallyport(['allowlist', 'list', 'App', '--org', 'http://127.0.0.1:1'], {
      cwd,
      env: { ...env, SALLYPORT_DEBUG: '1' },
    }),
    await sallyport(['org'], { cwd, env }),
    await org.stop(),
  ]
  match(runs[0]?.stderr ?? '', /Warning: .*gateway\.clients\[0\]\.password/)
  const printed = runs.map(({ stdout, stderr }) => stdout + stderr).join('\n')
  equal(printed.length > 1000, true)
  equal(printed.includes(canary), false, printed)
})
