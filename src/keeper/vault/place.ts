/** Where a sealed secret belongs. What is moved elsewhere does not open. */

/** Whose data key it is: one a connection, and one an app for its client secret. `id` is the connection's id or the app's name. */
export type Owner = { readonly kind: 'connection' | 'app'; readonly tenant: string; readonly id: string }

export type Purpose =
  'code-verifier' | 'login-page' | 'refresh-token' | 'access-token' | 'reply' | 'client-secret' | 'private-key'

/** `generation` and `attempt` of what is sealed; 0 for what has none, e.g. the attempt of an adopted refresh token. */
export type Place = {
  readonly owner: Owner
  readonly purpose: Purpose
  readonly generation: number
  readonly attempt: number
}

/** Each part with its length before it, so that no two places read the same: tenant `a` with id `bc` is not `ab` with `c`. */
export function associatedData({ owner, purpose, generation, attempt }: Place): Uint8Array {
  const parts = ['sallyport keeper envelope 1', owner.kind, owner.tenant, owner.id, purpose].map(counted)
  return Buffer.concat([...parts, number(generation), number(attempt)])
}

/** The context in which an owner's data key is wrapped: a text, since that is what a KMS binds. As a JSON array it is unambiguous too. */
export function wrappingContext({ kind, tenant, id }: Owner): string {
  return JSON.stringify(['sallyport keeper data key 1', kind, tenant, id])
}

export function ownerWords({ kind, tenant, id }: Owner): string {
  return `the ${kind} ${JSON.stringify(id)} of the tenant ${JSON.stringify(tenant)}`
}

export function placeWords({ owner, purpose, generation, attempt }: Place): string {
  return `the ${purpose} of ${ownerWords(owner)}, generation ${generation}, attempt ${attempt}`
}

/** In UTF-16, which keeps every text apart; UTF-8 makes one sign of all lone surrogates. */
function counted(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf16le')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function number(n: number): Uint8Array {
  if (!Number.isSafeInteger(n) || n < 0) throw new Error(`not a generation or attempt: ${n}`)
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(n))
  return bytes
}
