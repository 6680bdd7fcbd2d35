/** `keeper`: the keeper alone; `connections` and `token` ask a running one. */
import { Option, type Command } from 'commander'
import type { KeeperClientFlags } from '../keeper/keeper-address.ts'
import type { VerifyFlags } from '../keeper/verify-connection.ts'
import type { KeeperFlags } from '../keeper/keeper-request.ts'
import type { ConnectionsFlags } from '../keeper/list-connections.ts'
import type { Terminal } from '../terminal.ts'
import { addKeeperVaultCommands } from './keeper-vault.ts'

export function addKeeperCommands(program: Command, terminal: Terminal): void {
  addKeeper(program, terminal)
  addConnections(program, terminal)
  addToken(program, terminal)
  addVerify(program, terminal)
}

export const keeperOption = ['--keeper <url>', 'the keeper; the one of the configuration where it is left out'] as const

function addKeeper(program: Command, terminal: Terminal): void {
  const keeper = program
    .command('keeper')
    .description(
      'the keeper alone: keeps connections to Salesforce alive under rotation, and hands out access tokens over HTTP. Its first line of output is JSON with its URL',
    )
    .option('--listen <host:port>', 'where the API listens; port 0 takes a free one')
    .option('--storage <url>', 'sqlite:FOLDER')
    .addHelpText('after', '\nExample:\n  sallyport keeper --config sallyport.yaml')
  addKeeperVaultCommands(keeper, terminal)
  keeper.action(async () => {
    const { runKeeper } = await import('../keeper/run-keeper.ts')
    await runKeeper(terminal, keeper.optsWithGlobals<KeeperFlags>())
  })
}

const states = ['alive', 'ip-refused', 'refused', 'in-doubt', 'reauthorization-required', 'handed-over']

function addConnections(program: Command, terminal: Terminal): void {
  const connections = program
    .command('connections')
    .description('what a running keeper keeps: state, last use, idle days left, next heartbeat, egress; times are UTC')
    .addOption(new Option('--state <state>', 'only those in this state').choices(states))
    .option('--app <name>', 'only those of this app')
    .option(...keeperOption)
    .addHelpText('after', '\nExample:\n  sallyport connections --state in-doubt')
  connections.action(async () => {
    const { listConnections } = await import('../keeper/list-connections.ts')
    await listConnections(terminal, connections.optsWithGlobals<ConnectionsFlags>())
  })
}

function addToken(program: Command, terminal: Terminal): void {
  const token = program
    .command('token')
    .description('print a live access token of a connection, exchanged first where that is due')
    .argument('<connection>', 'its name in the keeper')
    .option(...keeperOption)
    .addHelpText('after', '\nExample:\n  sallyport token acme')
  token.action(async (connection: string) => {
    const { printToken } = await import('../keeper/print-token.ts')
    await printToken(terminal, connection, token.optsWithGlobals<KeeperClientFlags>())
  })
}

function addVerify(program: Command, terminal: Terminal): void {
  const verify = program
    .command('verify')
    .description('one real exchange of a connection now: what shows that it works, and what mends one that was refused')
    .argument('<connection>', 'its name in the keeper')
    .option('--egress <name>', 'leave by this egress of the gateway and no other')
    .option(...keeperOption)
    .addHelpText('after', '\nExample:\n  sallyport verify acme --egress b')
  verify.action(async (connection: string) => {
    const { verifyConnection } = await import('../keeper/verify-connection.ts')
    await verifyConnection(terminal, connection, verify.optsWithGlobals<VerifyFlags>())
  })
}
