/** A refresh token looked at without spending it: for introspection and revocation (SF-116, SF-119). */
import type { SourceAddress } from '../../ip/source-address.ts'
import type { Instant } from '../../values/time.ts'
import type { OrgParts } from '../parts.ts'
import type { Request } from '../rules/app.ts'
import { termsOf } from '../rules/decide.ts'
import { judgeToken, type Judgement } from '../rules/judge-token.ts'
import type { AppEntry } from '../settings.ts'
import { findGrant, type GrantRow } from '../store/grants.ts'
import { sameText } from '../tokens/mac.ts'
import { readRefreshToken } from '../tokens/refresh-token.ts'
import { grantFacts, tokenRow } from './token/grant-facts.ts'

type RefreshQuestion = Extract<Request, { step: 'refresh' }>
export type KnownRefreshToken = {
  readonly row: GrantRow
  readonly entry: AppEntry
  /** What a redemption at this instant would ask the policies. */
  readonly asked: RefreshQuestion
  /** Whether a redemption would take it for good, the policies apart: current, or a parent that the rotation mode still lets through. */
  readonly redeemable: boolean
}

/** Undefined for what this org has not minted, or whose grant or app it does not know any more. */
export async function lookUpRefreshToken(
  parts: OrgParts,
  text: string,
  { from, now }: { readonly from: SourceAddress; readonly now: Instant },
): Promise<KnownRefreshToken | undefined> {
  const token = readRefreshToken(text, parts.keyring)
  if (token === undefined) return undefined
  const row = await parts.storage.read(() => findGrant(token.grant))
  const entry = parts.settings.current().appsByName.get(row?.app ?? '')
  if (row === undefined || entry === undefined) return undefined
  const asked: RefreshQuestion = {
    step: 'refresh',
    flow: 'refresh_token',
    now,
    from,
    app: entry.app,
    grant: grantFacts(row),
  }
  const { rotationMode, overlapSeconds } = parts.configuration
  const judgement = judgeToken(
    {
      generation: token.generation,
      hashIsCurrent: row.tokenHash !== null && sameText(row.tokenHash, token.hash),
      tagProves: token.keyState !== 'compromised',
    },
    tokenRow(row),
    {
      mode: rotationMode,
      overlapMs: overlapSeconds * 1000,
      now,
      rotates: termsOf(asked, entry.policies).rotate,
      epoch: parts.epoch(),
    },
  )
  return { row, entry, asked, redeemable: row.ended === null && isRedeemable(judgement) }
}

function isRedeemable({ kind }: Judgement): boolean {
  switch (kind) {
    case 'current':
    case 'open-parent':
    case 'newer-accepted':
      return true
    case 'replay':
    case 'unproven':
    case 'epoch-refused':
    case 'store-went-back':
      return false
  }
}
