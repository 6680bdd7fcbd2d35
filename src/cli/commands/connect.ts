/** `connect`: authorize a connection in a browser. */
import type { Command } from 'commander'
import type { ConnectFlags } from '../keeper/connect.ts'
import type { Terminal } from '../terminal.ts'
import { keeperOption } from './keeper.ts'

export function addConnectCommand(program: Command, terminal: Terminal): void {
  const connect = program
    .command('connect')
    .description('authorize a connection in a browser, with PKCE, into a running keeper; again where it is there')
    .argument('<connection>', 'its name in the keeper')
    .option('--app <name>', 'the app; that of the connection, or the only one, where it is left out')
    .option('--login-hint <username>', 'fills in the login page')
    .option('--redirect-uri <uri>', 'one of the callback URLs that the app has in Setup, on this machine')
    .option('--allow-other-user', 'let another user log in to a connection that has one')
    .option('--no-browser', 'print the address, and open no browser')
    .option(...keeperOption)
    .addHelpText('after', '\nExample:\n  sallyport connect acme --app nightly')
  connect.action(async (connection: string) => {
    const { connectInBrowser } = await import('../keeper/connect.ts')
    await connectInBrowser(terminal, connection, connect.optsWithGlobals<ConnectFlags>())
  })
}
