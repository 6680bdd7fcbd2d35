/** `keeper import FILE`. */
import { secret } from '../../values/secret.ts'
import type { ImportedEntry, ImportWish } from '../../keeper/move-face.ts'
import { Complaint } from '../complaint.ts'
import type { Terminal } from '../terminal.ts'
import { withVault, type VaultFlags } from './open-vault.ts'
import { readPassphrase, readSecretFile, type PassphraseFlags } from './passphrase.ts'

export type ImportFlags = VaultFlags &
  PassphraseFlags & { readonly key?: string; readonly replace?: boolean; readonly exporterStopped?: boolean }

export async function importVault(terminal: Terminal, file: string, flags: ImportFlags): Promise<void> {
  const { replace, exporterStopped } = flags
  await withVault(terminal, flags, {
    mayBeNew: true,
    async work(keeper) {
      const opener:
        { readonly passphrase: ReturnType<typeof secret> } | { readonly privateKey: ReturnType<typeof secret> } =
        flags.key === undefined
          ? { passphrase: await readPassphrase(terminal, flags, { twice: false }) }
          : { privateKey: secret(await readSecretFile(flags.key)) }
      const wish: ImportWish = { ...opener, file, replace, exporterStopped }
      const done = await keeper.importVault(wish)
      if (flags.json) terminal.out(JSON.stringify(done))
      else terminal.out(summary(done.entries))
      const refused = done.entries.filter(({ outcome }) => outcome === 'refused')
      if (refused.length > 0) throw new Complaint(refused.map(troubleOf))
    },
  })
}

const words: Readonly<Record<ImportedEntry['outcome'], string>> = {
  'created': 'taken in',
  'replaced': 'put in the place of others',
  'same': 'were here already',
  'to-be-asked': 'taken in, and the org is asked about them before their tokens are sent',
  'refused': 'refused',
}

function summary(entries: readonly ImportedEntry[]): string {
  const count = (kind: ImportedEntry['kind'], outcome: ImportedEntry['outcome']): number =>
    entries.filter((each) => each.kind === kind && each.outcome === outcome).length
  const lines = (['app', 'connection'] as const).flatMap((kind) =>
    (['created', 'replaced', 'same', 'to-be-asked', 'refused'] as const)
      .filter((outcome) => count(kind, outcome) > 0)
      .map((outcome) => `${kind}s ${words[outcome]}: ${count(kind, outcome)}`),
  )
  return lines.length === 0 ? 'The file holds nothing.' : lines.join('\n')
}

const troubleOf = ({ kind, id, why = 'it was refused', next }: ImportedEntry) => ({
  means: `The ${kind} ${id} was refused: ${why}.`,
  next: next === undefined ? [] : [next],
})
