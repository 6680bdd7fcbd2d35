/** A list that a person changes, and that nothing here can read: what is in it is what was said when the cutover began, and what was confirmed since. Nothing
 *  follows from that alone; what was added is shown by redemptions that succeed, what was removed by some that are refused. */
import { createHash } from 'node:crypto'
import { formatRange } from '../../ip/range.ts'
import { parseAllowlist } from '../../ip/allowlist.ts'
import type { RangeRow } from '../../ip/range-spelling.ts'
import { milliseconds } from '../../values/time.ts'
import type { AllowlistPort } from '../ports.ts'
import type { ListRows } from '../rules/list-change.ts'
import type { ListChange } from '../list-words.ts'

export type ToldRows = { readonly rows: ListRows; readonly isEnforced: boolean }

export type PersonListParts = {
  readonly app: string
  /** What is said to be in it before anybody has confirmed anything; rejects, and says what to write, where nobody has said it. */
  readonly told: () => Promise<ToldRows>
  /** Puts it to whoever is to do it. Resolves with what the person who runs the cutover has to know. */
  readonly ask: (change: ListChange) => Promise<string>
}

export type PersonList = Pick<AllowlistPort, 'read' | 'save' | 'invalidate'>

export function personList({ app, told, ask }: PersonListParts): PersonList {
  let last: ListRows = []
  return {
    async read(claim) {
      const said = await told()
      last = claim === undefined ? said.rows : claimedRows(claim)
      return { rows: last, version: versionOf(last), isEnforced: said.isEnforced, claimed: true }
    },
    async save(rows, expects) {
      if (versionOf(last) !== expects) return { result: 'stale', why: 'another list was confirmed meanwhile' }
      return { result: 'asked', why: await ask({ app, before: last, after: rows }) }
    },
    // nobody but a person writes it, and they are told to forget what they were asked before
    invalidate: { longestCall: milliseconds(0) },
  }
}

function claimedRows(claim: readonly RangeRow[]): ListRows {
  const parsed = parseAllowlist(claim)
  if (!parsed.ok) throw new Error(`the journal has rows that are none: ${parsed.fault[0]?.message ?? ''}`)
  return parsed.value.rows
}

const versionOf = (rows: ListRows): string =>
  createHash('sha256').update(rows.map(formatRange).join('\n')).digest('hex').slice(0, 16)
