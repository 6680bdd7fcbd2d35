/** `up`: everything in one process; with no configuration, a demonstration. */
import type { Command } from 'commander'
import type { UpFlags } from '../up.ts'
import type { Terminal } from '../terminal.ts'

export function addUpCommand(program: Command, terminal: Terminal): void {
  const up = program
    .command('up')
    .description('start everything in one process; with no configuration, a demonstration org in ./data')
    .option('--listen <host:port>', 'where the org listens; port 0 takes a free one')
    .option('--reapply', 'let the org file overwrite what the admin API changed')
    .addHelpText('after', '\nExample:\n  sallyport up')
  up.action(async () => {
    const { runUp } = await import('../up.ts')
    await runUp(terminal, up.optsWithGlobals<UpFlags>())
  })
}
