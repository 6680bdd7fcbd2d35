import { equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { emptyFolder, sallyport, shell } from './command.ts'
import { startUp } from './demonstration.ts'

test('what explain tells to try is pasted as it is, and speaks to the org that was asked', async (t) => {
  const cwd = await emptyFolder(t)
  const { up, explained } = await startUp(t, { cwd })
  const [, next = ''] = /^Try: (.* allowlist add .*)$/m.exec((await shell(explained, { cwd })).stdout) ?? []
  match(next, / --org http:/)
  equal((await shell(next, { cwd })).code, 0)
  const list = await sallyport(['allowlist', 'list', 'Nightly_Sync', '--org', up.url], { cwd })
  match(list.stdout, /^ +127\.0\.0\.1\b/m)
})
