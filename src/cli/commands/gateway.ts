/** `gateway`: the gateway alone. */
import type { Command } from 'commander'
import type { GatewayFlags } from '../gateway/gateway-request.ts'
import type { Terminal } from '../terminal.ts'

export function addGatewayCommand(program: Command, terminal: Terminal): void {
  const gateway = program
    .command('gateway')
    .description(
      'the egress proxy alone: a health-checked pair of fixed addresses behind one connection URL. Its first line of output is JSON with its URLs; SIGHUP reads the configuration again and drops no tunnel',
    )
    .option('--listen <host:port>', 'where the proxy listens; with port 0 it and the admin API take free ones')
    .option('--admin-listen <host:port>', 'where the admin API listens')
    .option('--storage <url>', 'sqlite:FOLDER, or sqlite::memory: for nothing that lasts')
    .addHelpText('after', '\nExample:\n  sallyport gateway --config sallyport.yaml')
  gateway.action(async () => {
    const { runGateway } = await import('../gateway/run-gateway.ts')
    await runGateway(terminal, gateway.optsWithGlobals<GatewayFlags>())
  })
}
