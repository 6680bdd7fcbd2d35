/** Reading grants: one row is one family. */
import { all, first, one, type Program } from '../../storage/program.ts'

/** A grant with its user, as one statement reads them: one consistent snapshot. */
export type GrantRow = {
  readonly id: string
  readonly app: string
  readonly userId: string
  readonly username: string
  readonly userIsActive: number
  readonly flow: string
  /** Space separated, OAuth spelling. */
  readonly scopes: string
  readonly generation: number
  readonly sequence: number
  readonly tokenHash: string | null
  readonly oldestKey: number
  readonly epoch: number
  readonly parentOpenSince: number | null
  readonly sealedSuccessor: Uint8Array | null
  readonly authorizedAt: number
  readonly lastUsedAt: number
  readonly notBefore: number
  readonly uses: number
  /** Space separated, newest first. */
  readonly addresses: string
  readonly ended: string | null
  readonly endedAt: number | null
}

const columns = `g.id, g.app, g.user_id AS "userId", u.username, u.is_active AS "userIsActive", g.flow, g.scopes, g.generation, g.sequence,
  g.token_hash AS "tokenHash", g.oldest_key AS "oldestKey", g.epoch, g.parent_open_since AS "parentOpenSince",
  g.sealed_successor AS "sealedSuccessor", g.authorized_at AS "authorizedAt", g.last_used_at AS "lastUsedAt",
  g.not_before AS "notBefore", g.uses, g.addresses, g.ended, g.ended_at AS "endedAt"`
const byId = `SELECT ${columns} FROM grants g JOIN users u ON u.id = g.user_id WHERE g.id = ?`

export function* findGrant(id: string): Program<GrantRow | undefined> {
  return yield* first(byId, grantOf, id)
}

/** The columns above, in their order. */
type GrantValues = readonly [
  ...[id: string, app: string, userId: string, username: string, userIsActive: number, flow: string, scopes: string],
  ...[generation: number, sequence: number, tokenHash: string | null, oldestKey: number, epoch: number],
  ...[parentOpenSince: number | null, sealedSuccessor: Uint8Array | null, authorizedAt: number, lastUsedAt: number],
  ...[notBefore: number, uses: number, addresses: string, ended: string | null, endedAt: number | null],
]

function grantOf(values: GrantValues): GrantRow {
  return {
    id: values[0],
    app: values[1],
    userId: values[2],
    username: values[3],
    userIsActive: values[4],
    flow: values[5],
    scopes: values[6],
    generation: values[7],
    sequence: values[8],
    tokenHash: values[9],
    oldestKey: values[10],
    epoch: values[11],
    parentOpenSince: values[12],
    sealedSuccessor: values[13],
    authorizedAt: values[14],
    lastUsedAt: values[15],
    notBefore: values[16],
    uses: values[17],
    addresses: values[18],
    ended: values[19],
    endedAt: values[20],
  }
}

export type AccessTokenRow = { readonly revoked: number; readonly endsAt: number }

/** The grant of an access token, and the token's own row where it has one (P-10). */
export function* findAccessToken(
  grant: string,
  sequence: number,
): Program<{ readonly grant: GrantRow; readonly own: AccessTokenRow | undefined } | undefined> {
  const row = yield* findGrant(grant)
  if (row === undefined) return undefined
  const own = yield* one<AccessTokenRow>(
    'SELECT revoked, ends_at AS "endsAt" FROM access_tokens WHERE grant_id = ? AND sequence = ?',
    grant,
    sequence,
  )
  return { grant: row, own }
}

export type UsageRow = GrantRow & { readonly refusals: number | null; readonly lastRefusalAt: number | null }
export type UsageQuery = {
  readonly app?: string | undefined
  readonly username?: string | undefined
  /** Live grants only, unless true. */
  readonly ended?: boolean | undefined
  /** The cursor of the page before: only grants with a greater id. */
  readonly above?: string | undefined
  readonly limit: number
}

/** OAuth usage: grants with their counts, ordered by id (SF-234). */
export function* findUsage({ app, username, ended, above, limit }: UsageQuery): Program<UsageRow[]> {
  return yield* all<UsageRow>(
    `SELECT ${columns}, r.refusals, r.last_at AS "lastRefusalAt"
     FROM grants g JOIN users u ON u.id = g.user_id LEFT JOIN grant_refusals r ON r.grant_id = g.id
     WHERE g.id > ? AND (? IS NULL OR g.app = ?) AND (? IS NULL OR u.username = ?) AND (? = 1 OR g.ended IS NULL)
     ORDER BY g.id LIMIT ?`,
    above ?? '',
    app ?? null,
    app ?? null,
    username ?? null,
    username ?? null,
    ended === true ? 1 : 0,
    limit,
  )
}
