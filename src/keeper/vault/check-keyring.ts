/** Whether a keyring belongs to the vault that it was given with: asked at start, before anything is written under it. */
import { withErased } from './envelope.ts'
import type { Keyring, WrappedKey } from './keyring-contract.ts'
import { wrappingContext, type Owner } from './place.ts'
import { VaultFault } from './vault-fault.ts'

export type KeyringFinding = { readonly key: string; readonly count: number; readonly fault: VaultFault }

/** One data key under each key of the keyring that is in use. */
export type InUse = {
  readonly key: string
  readonly count: number
  readonly one: { readonly owner: Owner; readonly wrapped: WrappedKey }
}

/** What does not open, key by key. Rejects with the VaultFault `wrong-keyring` where nothing at all does: it is another vault's. */
export async function checkKeyring(keyring: Keyring, inUse: readonly InUse[]): Promise<readonly KeyringFinding[]> {
  const findings: KeyringFinding[] = []
  for (const { key, count, one } of inUse) {
    const fault = await faultOf(keyring, one)
    if (fault !== undefined) findings.push({ key, count, fault })
  }
  const lacking = findings.filter(({ fault }) => fault.kind === 'wrong-keyring')
  const [first] = lacking
  if (first !== undefined && lacking.length === inUse.length) throw first.fault
  return findings
}

async function faultOf(keyring: Keyring, { owner, wrapped }: InUse['one']): Promise<VaultFault | undefined> {
  try {
    await withErased(await keyring.unwrap(wrapped, wrappingContext(owner)), async () => await Promise.resolve())
    return undefined
  } catch (cause) {
    if (cause instanceof VaultFault) return cause
    throw cause
  }
}
