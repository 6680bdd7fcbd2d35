/** IP monitoring at rest: addresses by app, and counts of junk. */
import { all, run, type Program } from '../../storage/program.ts'

export type AddressUse = {
  readonly app: string
  readonly address: string
  readonly at: number
  readonly redemptions: number
  readonly refusals: number
}
export type JunkCount = {
  readonly minute: number
  readonly source: string
  readonly kind: string
  readonly count: number
}

export function* recordUse({ uses, junk }: { uses: readonly AddressUse[]; junk: readonly JunkCount[] }): Program<void> {
  for (const use of uses) {
    yield* run(
      `INSERT INTO address_use (app, address, first_seen, last_seen, redemptions, refusals) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (app, address) DO UPDATE SET
         last_seen = CASE WHEN excluded.last_seen > address_use.last_seen THEN excluded.last_seen ELSE address_use.last_seen END,
         redemptions = address_use.redemptions + excluded.redemptions, refusals = address_use.refusals + excluded.refusals`,
      use.app,
      use.address,
      use.at,
      use.at,
      use.redemptions,
      use.refusals,
    )
  }
  for (const { minute, source, kind, count } of junk) {
    yield* run(
      `INSERT INTO junk (minute, source_ip, kind, count) VALUES (?, ?, ?, ?)
       ON CONFLICT (minute, source_ip, kind) DO UPDATE SET count = junk.count + excluded.count`,
      minute,
      source,
      kind,
      count,
    )
  }
}

export type AddressUseRow = {
  readonly app: string
  readonly address: string
  readonly firstSeen: number
  readonly lastSeen: number
  readonly redemptions: number
  readonly refusals: number
}

/** Addresses seen, the latest first. */
export function* findAddressUse({ app, limit }: { app?: string; limit: number }): Program<AddressUseRow[]> {
  return yield* all<AddressUseRow>(
    `SELECT app, address, first_seen AS "firstSeen", last_seen AS "lastSeen", redemptions, refusals FROM address_use
     WHERE ? IS NULL OR app = ? ORDER BY last_seen DESC, app, address LIMIT ?`,
    app ?? null,
    app ?? null,
    limit,
  )
}

export type JunkRow = {
  readonly minute: number
  readonly source: string
  readonly kind: string
  readonly count: number
}

export function* findJunk({ since, limit }: { since: number; limit: number }): Program<JunkRow[]> {
  return yield* all<JunkRow>(
    `SELECT minute, source_ip AS source, kind, count FROM junk WHERE minute >= ? ORDER BY minute DESC, count DESC LIMIT ?`,
    Math.floor(since / 60_000),
    limit,
  )
}

/** Keeps the tables within bounds: old junk goes, and of addresses the longest unseen beyond `keepAddresses`; of each at most `most` rows in one
 *  go, so that no redemption waits for it (P-05). */
export function* pruneMonitoring({
  before,
  keepAddresses,
  most = 1000,
}: {
  before: number
  keepAddresses: number
  most?: number
}): Program<number> {
  const junk = yield* run(
    `DELETE FROM junk WHERE (minute, source_ip, kind) IN
       (SELECT minute, source_ip, kind FROM junk WHERE minute < ? ORDER BY minute LIMIT ?)`,
    Math.floor(before / 60_000),
    most,
  )
  const addresses = yield* run(
    `DELETE FROM address_use WHERE (app, address) IN
       (SELECT app, address FROM address_use ORDER BY last_seen DESC, app, address LIMIT ? OFFSET ?)`,
    most,
    keepAddresses,
  )
  return junk + addresses
}
