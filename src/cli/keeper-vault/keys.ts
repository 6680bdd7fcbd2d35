/** `keeper keys list`, `rotate`, `rewrap` and `drop`. */
import type { Keeper } from '../../keeper/keeper-face.ts'
import type { KeyView, Rewrapped } from '../../keeper/keys-face.ts'
import { isoText } from '../../values/time.ts'
import { Complaint, complaint, printWarning } from '../complaint.ts'
import { table } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { withVault, type VaultFlags } from './open-vault.ts'

export async function listKeys(terminal: Terminal, flags: VaultFlags): Promise<void> {
  await withVault(terminal, flags, {
    async work(keeper) {
      const keys = await keeper.keys()
      if (flags.json) terminal.out(JSON.stringify({ keys }))
      else for (const line of tableOf(keys)) terminal.out(line)
      const missing = keys.filter(({ here }) => !here)
      if (missing.length > 0)
        throw new Complaint(
          missing.map(({ id, wraps }) => ({
            means: `${wraps} data keys are wrapped under ${id}, which the keyring does not have.`,
            next: ['Put the keyring back that was in use with this vault, or restore both from one backup.'],
          })),
        )
    },
  })
}

function tableOf(keys: readonly KeyView[]): readonly string[] {
  const date = (at: KeyView['madeAt']): string => (at === undefined ? '' : isoText(at).slice(0, 10))
  return table([
    ['KEY', 'STATE', 'WRAPS', 'MADE', 'RETIRED'],
    ...keys.map(({ id, current, here, wraps, madeAt, retiredAt }) => [
      id,
      current ? 'current' : here ? 'retired' : 'missing',
      String(wraps),
      date(madeAt),
      date(retiredAt),
    ]),
  ])
}

export async function rotateKey(terminal: Terminal, flags: VaultFlags): Promise<void> {
  await withVault(terminal, flags, {
    async work(keeper) {
      const done = await keeper.rotateKey()
      report(terminal, flags, {
        done,
        says:
          done.added === undefined
            ? 'An earlier rotation had been interrupted: it was finished, and no further key was added.'
            : `The key ${done.added} is current now. Back up the keyring again: without it nobody opens what lies under it.`,
      })
      await tellOfOld(terminal, keeper)
    },
  })
}

export async function rewrapKeys(terminal: Terminal, flags: VaultFlags): Promise<void> {
  await withVault(terminal, flags, {
    work: async (keeper) => report(terminal, flags, { done: await keeper.rewrapKeys(), says: undefined }),
  })
}

function report(
  terminal: Terminal,
  { json }: VaultFlags,
  { done, says }: { readonly done: Rewrapped; readonly says: string | undefined },
): void {
  if (json) terminal.out(JSON.stringify(done))
  else {
    if (says !== undefined) terminal.out(says)
    terminal.out(`Wrapped under it anew: ${done.rewrapped} data keys. Nobody has to authorize anything again.`)
  }
  if (done.failed.length > 0)
    throw new Complaint(
      done.failed.map(({ kind, id, means, next }) => ({ means: `The ${kind} ${id} stays as it is: ${means}`, next })),
    )
}

async function tellOfOld(terminal: Terminal, keeper: Keeper): Promise<void> {
  const old = (await keeper.keys()).filter(({ current, wraps, here }) => !current && here && wraps === 0)
  for (const { id } of old)
    printWarning(terminal, {
      means: `The key ${id} wraps nothing any more, and is still in the keyring; backups of the vault need it.`,
      next: [`An hour after it retired: sallyport keeper keys drop ${id}`],
    })
}

export async function dropKey(terminal: Terminal, id: string, flags: VaultFlags): Promise<void> {
  await withVault(terminal, flags, {
    async work(keeper) {
      if (!(await keeper.keys()).some((each) => each.id === id))
        throw complaint(`The keyring has no key ${id}.`, 'sallyport keeper keys list')
      await keeper.dropKey(id)
      if (flags.json) terminal.out(JSON.stringify({ dropped: id }))
      else terminal.out(`The key ${id} is gone. A backup of the vault from before the rotation does not open any more.`)
    },
  })
}
