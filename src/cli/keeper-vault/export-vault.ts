/** `keeper export FILE`. */
import { readFile } from 'node:fs/promises'
import type { ExportLock } from '../../keeper/move-face.ts'
import { Complaint, complaint, printWarning } from '../complaint.ts'
import type { Terminal } from '../terminal.ts'
import { withVault, type VaultFlags } from './open-vault.ts'
import { readPassphrase, type PassphraseFlags } from './passphrase.ts'

export type ExportFlags = VaultFlags &
  PassphraseFlags & {
    readonly for?: string
    readonly tenant?: string
    readonly handOver?: boolean
    readonly handedOverToo?: boolean
  }

export async function exportVault(terminal: Terminal, file: string, flags: ExportFlags): Promise<void> {
  const { tenant, handOver = false, handedOverToo } = flags
  await withVault(terminal, flags, {
    async work(keeper) {
      const lock = await lockOf(terminal, flags)
      const done = await keeper.exportVault({ ...lock, file, tenant, handOver, handedOverToo })
      if (flags.json) terminal.out(JSON.stringify(done))
      else terminal.out(`${file}: ${done.apps} apps and ${done.connections} connections, export ${done.export}`)
      if (done.connections > 0) printWarning(terminal, handOver ? paused(done.export) : bothHaveThem)
      if (done.left.length > 0)
        throw new Complaint(
          done.left.map(({ id, why, next }) => ({ means: `${id} is not in the file: ${why}.`, next: [next] })),
        )
    },
  })
}

async function lockOf(terminal: Terminal, flags: ExportFlags): Promise<ExportLock> {
  if (flags.for === undefined) return { passphrase: await readPassphrase(terminal, flags, { twice: true }) }
  const path = flags.for
  const recipientKey = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw complaint(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`)
  })
  return { recipientKey }
}

const paused = (name: string) => ({
  means: 'These connections are paused here: only the keeper that imports the file may use them.',
  next: [`To undo that, where nobody has imported it and nobody will: sallyport keeper take-back --export ${name}`],
})

const bothHaveThem = {
  means:
    'Only one keeper may go on using these connections: two that exchange one token are taken for a thief and its victim, and the org revokes the family.',
  next: [
    'To move them, export with --hand-over: they are paused here then.',
    'As a backup: on import the org is asked about each token before it is sent.',
  ],
}
