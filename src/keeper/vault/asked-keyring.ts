/** A keyring that may be elsewhere: it answers in time, or it is named as out of reach. */
import type { Keyring } from './keyring-contract.ts'
import { VaultFault } from './vault-fault.ts'

/** Far within a lease, so that whoever waits for it in vain has spent nothing and still holds the lease. */
const patienceMs = 10_000

/** Whatever it rejects with that is no VaultFault becomes one, `keyring-unreachable`; so does an answer that does not come within ten seconds. */
export function askedKeyring(keyring: Keyring, within: number = patienceMs): Keyring {
  return {
    get current() {
      return keyring.current
    },
    wrap: async (dataKey, context) => await answered(() => keyring.wrap(dataKey, context), within),
    unwrap: async (wrapped, context) => await answered(() => keyring.unwrap(wrapped, context), within),
  }
}

async function answered<T>(ask: () => Promise<T>, within: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unreachable(`it has not answered for ${within} ms`)), within)
  })
  try {
    return await Promise.race([ask(), late])
  } catch (cause) {
    throw cause instanceof VaultFault
      ? cause
      : unreachable(cause instanceof Error ? cause.message : String(cause), cause)
  } finally {
    clearTimeout(timer)
  }
}

function unreachable(why: string, cause?: unknown): VaultFault {
  const says = {
    means: `The keyring could not be asked: ${why}.`,
    next: ['See that the keyring (or the KMS behind it) answers, and do it again: no token was spent for want of it.'],
  }
  return new VaultFault('keyring-unreachable', says, cause)
}
