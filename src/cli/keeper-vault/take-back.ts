/** `keeper take-back`. */
import { complaint, wrongUsage } from '../complaint.ts'
import type { Terminal } from '../terminal.ts'
import { withVault, type VaultFlags } from './open-vault.ts'

export type TakeBackFlags = VaultFlags & { readonly export?: string; readonly tenant?: string }

export async function takeBack(terminal: Terminal, id: string | undefined, flags: TakeBackFlags): Promise<void> {
  const { export: name, tenant = 'default' } = flags
  if ((id === undefined) === (name === undefined))
    throw wrongUsage(
      'Say what is to be taken back.',
      'sallyport keeper take-back CONNECTION',
      'sallyport keeper take-back --export ID',
    )
  await withVault(terminal, flags, {
    async work(keeper) {
      const count = await keeper.takeBack(id === undefined ? { export: name ?? '' } : { of: { tenant, id } })
      if (count === 0)
        throw complaint(`${id ?? `The export ${name}`}: nothing of it is handed over.`, 'sallyport connections')
      if (flags.json) terminal.out(JSON.stringify({ takenBack: count }))
      else
        terminal.out(
          `Taken back: ${count}. They are used here again; a keeper that has imported them must not use them any more.`,
        )
    },
  })
}
