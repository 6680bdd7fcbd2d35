/** `org`: the org alone. */
import { Option, type Command } from 'commander'
import { wrongUsage } from '../complaint.ts'
import type { RotateFlags } from '../keyring/rotate.ts'
import type { OrgFlags } from '../org-request.ts'
import type { Terminal } from '../terminal.ts'

export function addOrgCommand(program: Command, terminal: Terminal): void {
  const org = program
    .command('org')
    .description('the authorization server alone; its first line of output is JSON with its URL')
    .option(
      '--file <org.yaml>',
      'the org file with users, apps and policies; org.file of the configuration where left out',
    )
    .option('--listen <host:port>', 'where to listen; port 0 takes a free one')
    .option('--storage <url>', 'sqlite:FOLDER, or sqlite::memory: for nothing that lasts')
    .option('--testing', 'clock and faults on demand under /testing/v1: never in production')
    .option('--reapply', 'let the org file overwrite what the admin API changed')
    .addOption(new Option('--project <dir>').hideHelp())
    .addOption(new Option('--clock <url>').hideHelp())
    .addHelpText('after', '\nExample:\n  sallyport org --file org.yaml --listen 127.0.0.1:8480')
  org.action(async () => {
    const flags = org.optsWithGlobals<OrgFlags & { project?: string; clock?: string }>()
    refuseWhatIsNotBuilt(flags)
    const { runOrg } = await import('../run-org.ts')
    await runOrg(terminal, flags)
  })
  addKeyringCommands(org, terminal)
}

function addKeyringCommands(org: Command, terminal: Terminal): void {
  const keyring = org
    .command('keyring')
    .description('the keys that prove the tokens of an org')
    .addHelpText('after', '\nExample:\n  sallyport org keyring rotate')
  const rotate = keyring
    .command('rotate')
    .description(
      'prove new tokens with a new key; old tokens stay good. Works on the files of a stopped org (--storage), or through a running one',
    )
    .option(
      '--compromised',
      'the keys of before may be known to others: they prove no replay and no access token any more',
    )
    .option('--org <url>', 'the running org; where it is left out, the one that owns the storage')
    .addHelpText('after', '\nExample:\n  sallyport org keyring rotate --compromised')
  rotate.action(async () => {
    const { rotateKeyring } = await import('../keyring/rotate.ts')
    await rotateKeyring(terminal, rotate.optsWithGlobals<RotateFlags>())
  })
}

/** Options of the contract that this version does not have: better refused than taken and not followed. */
function refuseWhatIsNotBuilt({ project, clock }: { readonly project?: string; readonly clock?: string }): void {
  if (project !== undefined) {
    throw wrongUsage(
      'This version of Sallyport cannot read a source tree (--project).',
      'sallyport org --file org.yaml',
    )
  }
  if (clock !== undefined) {
    throw wrongUsage(
      "This version of Sallyport cannot follow another service's clock (--clock).",
      'sallyport org --testing',
    )
  }
}
