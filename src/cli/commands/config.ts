/** `config schema` and `config check`. */
import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'

export function addConfigCommands(program: Command, terminal: Terminal): void {
  const config = program
    .command('config')
    .description('the configuration: its schema, and whether a file is in order')
    .addHelpText('after', '\nExample:\n  sallyport config check sallyport.yaml')
  config
    .command('schema')
    .description('print the JSON Schema of the configuration file, for editors')
    .addHelpText('after', '\nExample:\n  sallyport config schema > sallyport.schema.json')
    .action(async () => {
      const { configJsonSchema } = await import('../../config/schema.ts')
      terminal.out(JSON.stringify(configJsonSchema(), null, 2))
    })
  const check = config
    .command('check')
    .description('validate a configuration file and the org file that it names; nothing is opened or started')
    .argument('[file]', 'the file; what --config names, or sallyport.yaml, where it is left out')
    .addHelpText('after', '\nExample:\n  sallyport config check sallyport.yaml')
  check.action(async (file?: string) => {
    const { checkConfiguration } = await import('../check-configuration.ts')
    checkConfiguration(terminal, { file, ...check.optsWithGlobals<{ config?: string; json?: boolean }>() })
  })
}
