/** `org`: the org alone. */
import { Option, type Command } from 'commander'
import { wrongUsage } from '../complaint.ts'
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
