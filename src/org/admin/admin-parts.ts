/** What the admin API works with. */
import type { OrgParts } from '../parts.ts'
import type { Passwords } from '../tokens/passwords.ts'

export type AdminParts = OrgParts & { readonly passwords: Passwords }
