/** Starts after something was changed, each of which takes two of them. */
import { equal, match } from 'node:assert/strict'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { emptyFolder, sallyport, shell } from './command.ts'
import { startUp } from './demonstration.ts'

test('a list that was changed through the admin API stays, and the commands follow it', async (t) => {
  const cwd = await emptyFolder(t)
  const first = await startUp(t, { cwd })
  const org = ['--org', first.up.url]
  equal((await sallyport(['allowlist', 'add', 'Nightly_Sync', '127.0.0.21', ...org], { cwd })).code, 0)
  const removed = await sallyport(['allowlist', 'remove', 'Nightly_Sync', '127.0.0.11-127.0.0.12', ...org], { cwd })
  equal(removed.code, 0, removed.stderr)
  await first.up.stop()
  const second = await startUp(t, { cwd })
  match(second.up.stdout(), /Kept as the admin API left it: externalClientApp Nightly_Sync/)
  equal((await shell(second.seen, { cwd })).stdout, '127.0.0.21\n')
  equal((await shell(second.accepted, { cwd })).code, 0)
  match((await shell(second.refused, { cwd })).stdout, /ip restricted/)
})

test('L-61: a half of the pair that was taken out of the list is named, and redemptions go by the other', async (t) => {
  const cwd = await emptyFolder(t)
  const first = await startUp(t, { cwd })
  const org = ['--org', first.up.url]
  const list = ['remove', 'Nightly_Sync', '127.0.0.11-127.0.0.12']
  equal((await sallyport(['allowlist', ...list, '--confirm-empty', ...org], { cwd })).code, 0)
  equal((await sallyport(['allowlist', 'add', 'Nightly_Sync', '127.0.0.12', ...org], { cwd })).code, 0)
  await first.up.stop()
  const second = await startUp(t, { cwd })
  match(second.up.stderr(), /^Warning: The gateway may leave from 127\.0\.0\.11, which is not in the allowlist/m)
  match(second.up.stderr(), /^Try: .*allowlist add Nightly_Sync 127\.0\.0\.11$/m)
  for (let round = 0; round < 4; round += 1) equal((await shell(second.accepted, { cwd })).code, 0)
})

test('a demonstration that cannot make its grant says why and goes on serving', async (t) => {
  const cwd = await emptyFolder(t)
  const first = await startUp(t, { cwd })
  await first.up.stop()
  const file = join(cwd, 'data/demonstration/org.yaml')
  await writeFile(file, (await readFile(file, 'utf8')).replace('isActive: true', 'isActive: false'))
  await chmod(file, 0o600)
  const { up } = await startUp(t, { cwd })
  match(up.stderr(), /^Warning: There is no fresh grant for the demonstration: /m)
  match(up.stderr(), /^Try: .* up --reapply$/m)
  equal((await fetch(`${up.url}/login`)).status, 200)
})
