/** Mints what a decided redemption will issue, and plans the one transaction that makes it so. */
import type { OrgParts } from '../../parts.ts'
import { generation, grantId, sequence } from '../../../values/domain.ts'
import type { Decision } from '../../rules/decide.ts'
import type { AlertEntry } from '../../store/alerts.ts'
import type { GrantRow } from '../../store/grants.ts'
import type { RedeemPlan } from '../../store/redeem.ts'
import { mintAccessToken, scopeBits } from '../../tokens/access-token.ts'
import { mintRefreshToken } from '../../tokens/refresh-token.ts'
import { sealSuccessor, unsealSuccessor } from '../../tokens/seal.ts'
import { alertOf, lostRecord, successRecord, type Subject } from './records.ts'

export type RedemptionInput = {
  readonly row: GrantRow
  readonly subject: Subject
  readonly judgement: Redemption['judgement']
  readonly presented: { readonly text: string; readonly generation: number; readonly hash: string }
  readonly rotate: boolean
  readonly scopes: readonly string[]
  readonly decision: Extract<Decision, { kind: 'allowed' }>
}
export type Redemption = {
  readonly judgement: 'current' | 'open-parent' | 'newer-accepted'
  readonly plan: RedeemPlan
  readonly accessToken: string
  /** Undefined where rotation is off: the client keeps what it has (SF-38, SF-45). */
  readonly refreshToken: string | undefined
  readonly scopes: readonly string[]
}

const overtaken = lostRecord('TOKEN_IN_FLIGHT')

/** Undefined where the successor that an open parent is owed does not open: the store is not what it was (P-12). */
export function planRedemption(parts: OrgParts, input: RedemptionInput): Redemption | undefined {
  const { row, subject, scopes, judgement } = input
  const tokens = nextTokens(parts, input)
  if (tokens === undefined) return undefined
  const next = sequence(row.sequence + 1)
  const accessToken = mintAccessToken(
    parts.settings.current().organization.id,
    { grant: grantId(row.id), sequence: next, issuedAt: subject.at, scopes: scopeBits(scopes, row.scopes.split(' ')) },
    parts.keyring,
  )
  const won = successRecord(parts, subject, input.decision.trace)
  const plan: RedeemPlan = {
    grant: row.id,
    app: row.app,
    expects: { sequence: row.sequence, generation: row.generation, settingsVersion: subject.app.version },
    sets: {
      ...tokens.sets,
      sequence: next,
      epoch: parts.epoch().current,
      lastUsedAt: subject.at,
      addresses: withAddress(row.addresses, subject.address),
    },
    won,
    alerts: alertsOf(input, won),
    lost: overtaken,
  }
  return { judgement, plan, accessToken, refreshToken: tokens.text, scopes }
}

type NextTokens = {
  readonly text: string | undefined
  readonly sets: Pick<
    RedeemPlan['sets'],
    'generation' | 'tokenHash' | 'parentOpenSince' | 'sealedSuccessor' | 'oldestKey'
  >
}

function nextTokens(parts: OrgParts, input: RedemptionInput): NextTokens | undefined {
  const { row, judgement, presented, rotate } = input
  if (judgement === 'open-parent') return sameSuccessor(row, presented.text)
  if (rotate) return rotated(parts, input)
  const closed = { parentOpenSince: null, sealedSuccessor: null, oldestKey: row.oldestKey }
  return { text: undefined, sets: { generation: presented.generation, tokenHash: presented.hash, ...closed } }
}

/** P-12: the same successor, byte for byte, and the row's tokens left as they are. */
function sameSuccessor(row: GrantRow, parent: string): NextTokens | undefined {
  const text = row.sealedSuccessor === null ? undefined : unsealSuccessor(row.sealedSuccessor, parent)
  if (text === undefined || row.tokenHash === null) return undefined
  const { generation: nth, tokenHash, parentOpenSince, sealedSuccessor, oldestKey } = row
  return { text, sets: { generation: nth, tokenHash, parentOpenSince, sealedSuccessor, oldestKey } }
}

function rotated(parts: OrgParts, { row, subject, presented }: RedemptionInput): NextTokens {
  const minted = mintRefreshToken(grantId(row.id), generation(presented.generation + 1), parts)
  const opens = parts.configuration.rotationMode !== 'strict'
  return {
    text: minted.text,
    sets: {
      generation: minted.generation,
      tokenHash: minted.hash,
      parentOpenSince: opens ? subject.at : null,
      sealedSuccessor: opens ? sealSuccessor(minted.text, presented.text, parts.random) : null,
      // the oldest key that a replay of this family could carry (P-09)
      oldestKey: Math.min(row.oldestKey, minted.keyId),
    },
  }
}

const addressesKept = 8

/** The latest addresses of the grant, newest first, each once. */
function withAddress(known: string, address: string): string {
  if (known === address || known.startsWith(`${address} `)) return known
  const others = known.split(' ').filter((each) => each !== address && each !== '')
  return [address, ...others].slice(0, addressesKept).join(' ')
}

/** For people (SF-239): an address that this grant was never redeemed from, a heartbeat that came late. */
function alertsOf({ row, subject, decision }: RedemptionInput, won: { readonly id: number }): readonly AlertEntry[] {
  const alerts: AlertEntry[] = decision.signals.map((signal, nth) =>
    alertOf({ id: won.id + 1 + nth, at: subject.at }, subject, {
      kind: signal.kind,
      detail: `Redeemed after ${Math.floor(signal.idle / 86_400_000)} idle days; at 30 the token would have been lost.`,
    }),
  )
  if (row.addresses.split(' ').includes(subject.address)) return alerts
  const detail = `${subject.app.name} was redeemed from ${subject.address}, which is new to this grant.`
  return [...alerts, alertOf({ id: won.id, at: subject.at }, subject, { kind: 'new-address', detail })]
}
