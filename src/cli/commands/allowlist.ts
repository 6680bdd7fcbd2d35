/** `allowlist list / add / remove / explain`: the addresses that may redeem an app's refresh tokens. */
import { Option, type Command } from 'commander'
import type { ExplainFlags } from '../allowlist/explain.ts'
import type { AllowlistFlags } from '../allowlist/list-of-app.ts'
import type { Terminal } from '../terminal.ts'

export function addAllowlistCommands(program: Command, terminal: Terminal): void {
  const allowlist = program
    .command('allowlist')
    .description("an app's refresh token IP allowlist, on a running org")
    .addHelpText('after', '\nExample:\n  sallyport allowlist explain Nightly_Sync --from 192.0.2.7')
  addList(allowlist, terminal)
  addAdd(allowlist, terminal)
  addRemove(allowlist, terminal)
  addExplain(allowlist, terminal)
}

const orgOption = ['--org <url>', 'the org; the one of the configuration where it is left out'] as const

function addList(allowlist: Command, terminal: Terminal): void {
  const list = allowlist
    .command('list')
    .description('print the ranges, and how much of the limits they use')
    .argument('<app>', 'API name of the app')
    .option(...orgOption)
    .addHelpText('after', '\nExample:\n  sallyport allowlist list Nightly_Sync')
  list.action(async (app: string) => {
    const { listRanges } = await import('../allowlist/change-list.ts')
    await listRanges(terminal, app, list.optsWithGlobals<AllowlistFlags>())
  })
}

function addAdd(allowlist: Command, terminal: Terminal): void {
  const add = allowlist
    .command('add')
    .description('add ranges; takes effect with the reply')
    .argument('<app>', 'API name of the app')
    .argument('<ranges...>', 'addresses, ranges such as 192.0.2.7-192.0.2.9, or blocks such as 192.0.2.0/30')
    .option('--description <text>', 'a note on each of them')
    .option(...orgOption)
    .addHelpText(
      'after',
      '\nExample:\n  sallyport allowlist add Nightly_Sync 192.0.2.7 192.0.2.9 --description gateway',
    )
  add.action(async (app: string, ranges: string[]) => {
    const { addRanges } = await import('../allowlist/change-list.ts')
    await addRanges(terminal, { app, ranges }, add.optsWithGlobals<AllowlistFlags & { description?: string }>())
  })
}

function addRemove(allowlist: Command, terminal: Terminal): void {
  const remove = allowlist
    .command('remove')
    .description('remove ranges, each as it is listed; takes effect with the reply')
    .argument('<app>', 'API name of the app')
    .argument('<ranges...>', 'ranges of the list: the same start and end, in any spelling')
    .option('--confirm-empty', 'leave an enforced list empty, so that nobody can redeem')
    .option(...orgOption)
    .addHelpText('after', '\nExample:\n  sallyport allowlist remove Nightly_Sync 192.0.2.7')
  remove.action(async (app: string, ranges: string[]) => {
    const { removeRanges } = await import('../allowlist/change-list.ts')
    const flags = remove.optsWithGlobals<AllowlistFlags & { confirmEmpty?: boolean }>()
    await removeRanges(terminal, { app, ranges }, flags)
  })
}

/** Of the token endpoint. */
const flows = ['refresh_token', 'authorization_code', 'hybrid_refresh', 'hybrid_auth_code']

function addExplain(allowlist: Command, terminal: Terminal): void {
  const explain = allowlist
    .command('explain')
    .description('print what a redemption from an address would meet, and why; changes nothing; exit 1 if refused')
    .argument('<app>', 'API name of the app')
    .requiredOption('--from <address>', 'the address that the redemption would come from')
    .addOption(new Option('--flow <flow>', 'how the token is asked for').choices(flows).default('refresh_token'))
    .option('--username <username>', 'decide on the newest live grant of this user as well')
    .option(...orgOption)
    .addHelpText('after', '\nExample:\n  sallyport allowlist explain Nightly_Sync --from 192.0.2.7')
  explain.action(async (app: string) => {
    const { explainDecision } = await import('../allowlist/explain.ts')
    await explainDecision(terminal, app, explain.optsWithGlobals<ExplainFlags>())
  })
}
