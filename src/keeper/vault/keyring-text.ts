/** A keyring that somebody else keeps, e.g. in an environment variable: it is read, never changed. */
import { fault } from '../../values/result.ts'
import type { KeyringRefusal } from '../rules/drop-key.ts'
import { listing, parseKeyring } from './keyring-document.ts'
import { unwrapUnder, wrapUnder, wrongKeyring } from './keyring-keys.ts'
import type { HeldKeyring, KeyringParts, KeyringSource } from './keyring-contract.ts'
import { VaultFault } from './vault-fault.ts'

type TextSource = Extract<KeyringSource, { readonly kind: 'text' }>

export function openKeyringText({ text, name }: TextSource, { random }: KeyringParts): HeldKeyring {
  const parsed = parseKeyring(text.expose())
  if (!parsed.ok) {
    const next = [`Put the keyring of this vault into ${name}.`, 'A new vault: `openssl rand -base64 32` makes a key.']
    throw new VaultFault('keyring-damaged', { means: `${name} ${parsed.fault}.`, next })
  }
  const { keys, current } = parsed.value
  const refusal = keptElsewhere(name)
  return {
    current: current.id,
    keys: () => listing(parsed.value),
    wrap: (dataKey, context) => Promise.resolve(wrapUnder(current.bytes, dataKey, { context, random })),
    async unwrap(wrapped, context) {
      const key = keys.find(({ id }) => id === wrapped.key)
      if (key === undefined)
        throw wrongKeyring(
          wrapped,
          name,
          keys.map(({ id }) => id),
        )
      return unwrapUnder(key.bytes, wrapped, context)
    },
    addKey: () => Promise.resolve(fault(refusal)),
    dropKey: () => Promise.resolve(fault(refusal)),
  }
}

function keptElsewhere(name: string): KeyringRefusal {
  return {
    kind: 'kept-elsewhere',
    means: `The keys lie in ${name}, which this program only reads.`,
    next: [
      `Put a new key (\`openssl rand -base64 32\`) before those in ${name}, and start every process again.`,
      'Leave the older keys after it until nothing is wrapped under them.',
    ],
  }
}
