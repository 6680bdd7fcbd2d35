/** The token that a posted form must repeat: made by this org, for this browser and for this form. */
import { sameText } from '../tokens/mac.ts'
import type { Keyring } from '../tokens/keyring.ts'

export type FormPurpose = 'login' | 'verification' | 'consent' | 'logout'

/** `bound` is what only this browser can show: the hash of its login, or the value of its form cookie. `about` ties the token to one
 *  pending request, so that a token for one app approves no other. */
export type FormBinding = { readonly purpose: FormPurpose; readonly bound: string; readonly about?: string }

export function csrfToken(binding: FormBinding, keyring: Keyring): string {
  const { purpose, bound, about = '' } = binding
  const message = JSON.stringify(['sallyport form', purpose, bound, about]) // no other message under this key begins so
  return keyring.activeTagKey.mac(Buffer.from(message)).toString('base64url')
}

/** False for a form of another browser, of another purpose, and of before the last change of keys. */
export function csrfFits(sent: string | undefined, binding: FormBinding, keyring: Keyring): boolean {
  return sent !== undefined && sameText(sent, csrfToken(binding, keyring))
}
