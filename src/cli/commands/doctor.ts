/** `doctor`: whether this installation can work. */
import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'

export function addDoctorCommand(program: Command, terminal: Terminal): void {
  const doctor = program
    .command('doctor')
    .description('check configuration, storage, ports, clocks and egress addresses; exit 1 where something fails')
    .addHelpText('after', '\nExample:\n  sallyport doctor --json')
  doctor.action(async () => {
    const { runDoctor } = await import('../doctor/run-doctor.ts')
    await runDoctor(terminal, doctor.optsWithGlobals<{ config?: string; json?: boolean }>())
  })
}
