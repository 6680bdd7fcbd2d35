/** What the admin API works with. */
import type { OrgParts } from '../parts.ts'
import type { HeldKeyring } from '../keyring-file.ts'
import type { Passwords } from '../tokens/passwords.ts'

export type AdminParts = OrgParts & { readonly passwords: Passwords; readonly heldKeyring: HeldKeyring }
