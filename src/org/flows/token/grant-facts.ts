/** From a grant's row to what the rules know of it. */
import { appName, generation, grantId, sequence, userId } from '../../../values/domain.ts'
import { instant } from '../../../values/time.ts'
import type { GrantEnd, GrantFacts } from '../../rules/app.ts'
import type { TokenRow } from '../../rules/judge-token.ts'
import type { GrantRow } from '../../store/grants.ts'

export function grantFacts(row: GrantRow): GrantFacts {
  return {
    id: grantId(row.id),
    app: appName(row.app),
    user: { id: userId(row.userId), username: row.username, isActive: row.userIsActive === 1 },
    scopes: row.scopes.split(' '),
    generation: generation(row.generation),
    sequence: sequence(row.sequence),
    authorizedAt: instant(row.authorizedAt),
    lastUsedAt: instant(row.lastUsedAt),
    ended: endOf(row.ended),
  }
}

export function tokenRow(row: GrantRow): TokenRow {
  const parentOpenSince = row.parentOpenSince === null ? undefined : instant(row.parentOpenSince)
  return { generation: generation(row.generation), parentOpenSince, epoch: row.epoch }
}

const ends: readonly GrantEnd[] = [
  'replayed',
  'revoked',
  'expired',
  'approval-dropped',
  'reauthorized',
  'code-reused',
  'key-rotated',
  'epoch-refused',
]

export const isGrantEnd = (text: string): text is GrantEnd => ends.some((end) => end === text)

function endOf(text: string | null): GrantEnd | undefined {
  if (text === null || isGrantEnd(text)) return text ?? undefined
  throw new Error(`a grant has ended for an unknown reason: ${text}`)
}
