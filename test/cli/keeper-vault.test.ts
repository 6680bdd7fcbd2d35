/** Moving a vault and changing its keys, as an operator does it: on the data folder, with files. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { openKeeper, secret } from '../../src/keeper.ts'
import { emptyFolder, sallyport, type Ended } from './command.ts'

const refreshToken = '5Aep861-planted-refresh-token'

/** A data folder with one app and one connection; nothing is listening at the other end. */
async function vaultIn(t: TestContext): Promise<string> {
  const folder = await emptyFolder(t)
  const data = join(folder, 'data')
  const keeper = await openKeeper({
    ...{ storage: `sqlite:${data}`, keyring: { file: join(folder, 'keyring.json') } },
    ...{ spool: join(data, 'keeper-spool'), proxy: 'direct', rounds: 'off', loginHosts: ['127.0.0.1'] },
  })
  const app = { name: 'nightly', loginUrl: 'http://127.0.0.1:9', clientId: '3MVG9' }
  await keeper.saveApp({ ...app, clientSecret: secret('planted-client-secret') })
  await keeper.adopt({ id: 'acme', app: 'nightly', refreshToken: secret(refreshToken) })
  await keeper.close()
  return folder
}

async function passphraseIn(folder: string, text = 'correct horse battery'): Promise<string> {
  const path = join(folder, 'passphrase')
  await writeFile(path, `${text}\n`, { mode: 0o600 })
  return path
}

const keeperCommand = (cwd: string, ...words: readonly string[]): Promise<Ended> =>
  sallyport(['keeper', ...words], { cwd })

describe('keeper export and import', { concurrency: true }, () => {
  test('carry a vault to another folder, and pause it in the first; nothing of it is printed', async (t) => {
    const [from, to] = [await vaultIn(t), await emptyFolder(t)]
    const passphrase = await passphraseIn(from)
    const file = join(from, 'vault.export')
    await writeFile(join(to, 'sallyport.yaml'), 'keeper: { loginHosts: [127.0.0.1] }\n')
    const exported = await keeperCommand(from, 'export', file, '--hand-over', '--passphrase-file', passphrase)
    equal(exported.code, 0, exported.stderr)
    match(exported.stdout, /1 apps and 1 connections, export \S+/)
    match(exported.stderr, /paused here: only the keeper that imports[^]*take-back --export \S+/)
    const imported = await keeperCommand(to, 'import', file, '--passphrase-file', passphrase)
    equal(imported.code, 0, imported.stderr)
    match(imported.stdout, /apps taken in: 1\nconnections taken in: 1/)
    const again = await keeperCommand(to, 'import', file, '--passphrase-file', passphrase, '--json')
    deepEqual(
      (JSON.parse(again.stdout) as { entries: { outcome: string }[] }).entries.map(({ outcome }) => outcome),
      ['same', 'same'],
    )
    const back = await keeperCommand(from, 'take-back', 'acme')
    match(back.stdout, /Taken back: 1/)
    for (const { stdout, stderr } of [exported, imported, again, back])
      equal(/planted|correct horse/.test(stdout + stderr), false)
    equal(/planted/.test(await readFile(file, 'latin1')), false)
  })

  test('say what is wrong with the passphrase and where it may come from, and write nothing', async (t) => {
    const folder = await vaultIn(t)
    const file = join(folder, 'vault.export')
    const none = await keeperCommand(folder, 'export', file)
    equal(none.code, 1)
    match(none.stderr, /no terminal to ask for the passphrase[^]*--passphrase-file/)
    const passphrase = await passphraseIn(folder)
    await chmod(passphrase, 0o644)
    const open = await keeperCommand(folder, 'export', file, '--passphrase-file', passphrase)
    match(open.stderr, /may be read by others[^]*chmod 600/)
    const onTheLine = await keeperCommand(folder, 'export', file, '--passphrase', 'correct horse battery')
    equal(onTheLine.code, 2)
    equal(existsSync(file), false)
  })

  test('without --hand-over warn that one keeper alone may go on', async (t) => {
    const folder = await vaultIn(t)
    const setting = { cwd: folder, env: { EXPORT_PASSPHRASE: 'correct horse battery' } }
    const words = ['keeper', 'export', join(folder, 'copy'), '--passphrase-env', 'EXPORT_PASSPHRASE']
    const { code, stderr } = await sallyport(words, setting)
    equal(code, 0)
    match(stderr, /Only one keeper may go on using these connections/)
  })

  test('in a folder without a vault make none', async (t) => {
    const folder = await emptyFolder(t)
    const { code, stderr } = await keeperCommand(folder, 'export', 'x', '--passphrase-env', 'NONE')
    equal(code, 1)
    match(stderr, /There is no keeper's vault in data/)
    equal(existsSync(join(folder, 'data')), false)
  })
})

describe('keeper keys', { concurrency: true }, () => {
  test('are listed, rotated, and dropped when nothing lies under them and an hour has passed', async (t) => {
    const folder = await vaultIn(t)
    const rotated = await keeperCommand(folder, 'keys', 'rotate')
    equal(rotated.code, 0, rotated.stderr)
    match(rotated.stdout, /The key [0-9a-f]{16} is current now[^]*anew: 2 data keys/)
    match(rotated.stderr, /keys drop [0-9a-f]{16}/)
    const listed = await keeperCommand(folder, 'keys', 'list')
    match(listed.stdout, /^KEY +STATE +WRAPS[^]*current +2[^]*retired +0/)
    const { keys } = JSON.parse((await keeperCommand(folder, 'keys', 'list', '--json')).stdout) as {
      keys: { id: string; current: boolean }[]
    }
    const old = keys.find(({ current }) => !current)
    ok(old)
    const early = await keeperCommand(folder, 'keys', 'drop', old.id)
    equal(early.code, 1)
    match(early.stderr, /less than an hour ago/)
  })

  test('of another vault are told so, and change nothing', async (t) => {
    const [folder, other] = [await vaultIn(t), await vaultIn(t)]
    await writeFile(join(folder, 'keyring.json'), await readFile(join(other, 'keyring.json')), { mode: 0o600 })
    const { code, stderr } = await keeperCommand(folder, 'keys', 'rotate')
    equal(code, 1)
    match(stderr, /is wrapped under the key [0-9a-f]{16}, which .*keyring\.json does not have/)
    match(stderr, /Put the keyring back/)
    deepEqual(await readFile(join(folder, 'keyring.json')), await readFile(join(other, 'keyring.json')))
  })
})
