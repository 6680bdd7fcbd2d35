/** `keeper export`, `import`, `take-back` and `keys`: on the vault in the data folder, beside the service if it runs. Whoever may call the API reads no refresh
 *  token by it; these need the files. */
import type { Command } from 'commander'
import type { ExportFlags } from '../keeper-vault/export-vault.ts'
import type { ImportFlags } from '../keeper-vault/import-vault.ts'
import type { VaultFlags } from '../keeper-vault/open-vault.ts'
import type { TakeBackFlags } from '../keeper-vault/take-back.ts'
import type { Terminal } from '../terminal.ts'

export function addKeeperVaultCommands(keeper: Command, terminal: Terminal): void {
  addExport(keeper, terminal)
  addImport(keeper, terminal)
  addTakeBack(keeper, terminal)
  addKeys(keeper, terminal)
}

const storage = ['--storage <url>', 'sqlite:FOLDER of the vault'] as const
const passphraseFile = ['--passphrase-file <file>', 'a file of mode 0600 that holds the passphrase'] as const
const passphraseEnv = [
  '--passphrase-env <name>',
  'the environment variable that holds it; asked for at the terminal otherwise',
] as const

function addExport(keeper: Command, terminal: Terminal): void {
  const command = keeper
    .command('export')
    .description('write all apps and connections with their secrets into one sealed file')
    .argument('<file>', 'a path where there is nothing yet')
    .option('--hand-over', 'pause the connections here, so that the keeper that imports the file may use them at once')
    .option('--handed-over-too', 'also those that an earlier export has paused, which came to nothing')
    .option('--tenant <name>', 'those of one tenant alone')
    .option('--for <key.pem>', 'seal it for the owner of this X25519 public key, instead of with a passphrase')
    .option(...passphraseFile)
    .option(...passphraseEnv)
    .option(...storage)
    .addHelpText('after', '\nExample:\n  sallyport keeper export vault.export --hand-over')
  command.action(async (file: string) => {
    const { exportVault } = await import('../keeper-vault/export-vault.ts')
    await exportVault(terminal, file, command.optsWithGlobals<ExportFlags>())
  })
}

function addImport(keeper: Command, terminal: Terminal): void {
  const command = keeper
    .command('import')
    .description('take in what another keeper has exported; a token that was saved before a rotation is refused')
    .argument('<file>', 'what `keeper export` has written')
    .option('--replace', 'what is here and differs gives way; never to an older generation')
    .option(
      '--exporter-stopped',
      'the keeper that exported without --hand-over was stopped before and will not run again',
    )
    .option('--key <key.pem>', 'the X25519 private key that it was sealed for, in a file of mode 0600')
    .option(...passphraseFile)
    .option(...passphraseEnv)
    .option(...storage)
    .addHelpText('after', '\nExample:\n  sallyport keeper import vault.export')
  command.action(async (file: string) => {
    const { importVault } = await import('../keeper-vault/import-vault.ts')
    await importVault(terminal, file, command.optsWithGlobals<ImportFlags>())
  })
}

function addTakeBack(keeper: Command, terminal: Terminal): void {
  const command = keeper
    .command('take-back')
    .description('use connections here again that were handed over, and that no other keeper has used')
    .argument('[connection]', 'one of them')
    .option('--export <id>', 'all that one export has paused')
    .option('--tenant <name>', "of the connection; 'default' where it is left out")
    .option(...storage)
    .addHelpText('after', '\nExample:\n  sallyport keeper take-back acme')
  command.action(async (connection: string | undefined) => {
    const { takeBack } = await import('../keeper-vault/take-back.ts')
    await takeBack(terminal, connection, command.optsWithGlobals<TakeBackFlags>())
  })
}

function addKeys(keeper: Command, terminal: Terminal): void {
  const keys = keeper.command('keys').description('the keys of the keyring, which wrap the data key of each connection')
  const add = (name: string, description: string, does: (flags: VaultFlags, key: string) => Promise<void>): void => {
    const command = keys
      .command(name)
      .description(description)
      .option(...storage)
      .addHelpText('after', `\nExample:\n  sallyport keeper keys ${name.replace(/<.*>/, '0123456789abcdef')}`)
    command.action(async () => await does(command.optsWithGlobals<VaultFlags>(), command.args[0] ?? ''))
  }
  const load = async () => await import('../keeper-vault/keys.ts')
  add('list', 'which there are, and what lies under each', async (flags) => (await load()).listKeys(terminal, flags))
  add('rotate', 'add a key and wrap everything under it; may be interrupted and done again', async (flags) =>
    (await load()).rotateKey(terminal, flags),
  )
  add(
    'rewrap',
    'wrap everything under the current key, e.g. after another one was put first in the environment',
    async (flags) => (await load()).rewrapKeys(terminal, flags),
  )
  add('drop <key>', 'take a key out of the keyring under which nothing lies any more', async (flags, key) =>
    (await load()).dropKey(terminal, key, flags),
  )
}
