/** A change of an allowlist in words: for whoever types it into Setup, and for a support case. */
import { plainWords } from './adapters/foreign-words.ts'
import { formatAddress } from '../ip/address.ts'
import { formatRange, rangesAreEqual } from '../ip/range.ts'
import type { DescribedRange } from '../ip/range-spelling.ts'
import type { ListRows } from './rules/list-change.ts'

export type ListChange = { readonly app: string; readonly before: ListRows; readonly after: ListRows }

/** What to click and to type, in the order of typing (SF-138, SF-174). Additions come first: a save in between locks nobody out. */
export function setupWords(change: ListChange): string {
  const { app, after } = change
  const { added, removed } = differenceOf(change)
  const steps = [
    `In Setup (Lightning Experience), open External Client Apps Manager, choose ${app}, then Edit Settings. It takes the permission "Create, edit, and delete External Client Apps".`,
    'Go to the refresh token IP allowlist. Leave the switch "Enforce Refresh Token IP Allowlist" as it is.',
    ...added.map((row) => `Add: ${rowWords(row)}.`),
    ...removed.map((row) => `Remove this row and no other: ${rowWords(row)}.`),
    ...(added.length + removed.length === 0
      ? [
          'Look whether it holds what is listed below, and mend what differs: what was asked before may have been typed or not.',
        ]
      : []),
    `Before you save, compare. The list has to hold ${countWords(after)}:\n${after.map((row) => `       ${formatRange(row)}`).join('\n')}`,
    'Save.',
    'Run: sallyport cutover confirm. Then run the cutover again; it goes on when real redemptions show that it is so.',
  ]
  const head = `The refresh token IP allowlist of ${app} has to be changed by hand; this takes the place of whatever was asked before.`
  return [head, ...steps.map((each, i) => `  ${i + 1}. ${each}`)].join('\n')
}

export type CaseTerms = { readonly orgId: string; readonly reason: string }
/** `isCheck`: nothing is known that would have to change; an earlier case may have asked for something, and been done or not. */
export type CaseText = { readonly subject: string; readonly body: string; readonly isCheck: boolean }

/** One change a case: what is asked for in two may be done in either order (SF-291). */
export function caseText(change: ListChange, { orgId, reason }: CaseTerms): CaseText {
  const { app, before, after } = change
  const { added, removed } = differenceOf(change)
  const list = (rows: ListRows): string => rows.map((row) => `  ${rowWords(row)}`).join('\n')
  const isCheck = added.length + removed.length === 0
  return {
    isCheck,
    subject: `Connected App "${app}" (org ${orgId}): ${taskWords(added, removed)} the refresh token IP allowlist`,
    body: [
      isCheck
        ? 'Please look at the refresh token IP allowlist of one Connected App. What an earlier case of ours asked for is not wanted any more, whether it was done or not.'
        : 'Please change the refresh token IP allowlist of one Connected App, exactly as follows.',
      `Org ID: ${orgId}\nConnected App: ${app}`,
      ...(added.length > 0 ? [`Add these ranges:\n${list(added)}`] : []),
      ...(removed.length > 0 ? [`Remove these ranges, and no other:\n${list(removed)}`] : []),
      ...(isCheck ? ['See that the list is as below, and mend what differs.'] : []),
      `The list as we know it now (${countWords(before)}):\n${list(before)}`,
      `The list as it has to be after this change (${countWords(after)}):\n${list(after)}`,
      `Reason: ${reason}`,
      'Please make no other change in the same step, and keep the enforcement of the list as it is. The list is a hard block: a range that is missing stops every customer whose tokens we redeem from there. Please answer here when it is saved; we then verify it by real token refreshes before we ask for anything else.',
    ].join('\n\n'),
  }
}

/** For whoever runs the cutover. */
export const caseWords = ({ subject, body, isCheck }: CaseText, path: string): string =>
  [
    'The list of this Connected App is changed by Salesforce alone, by a support case (SF-228). It may take days; nothing is assumed meanwhile.',
    `  1. Open a case with the text below; it is also in ${path}.`,
    '  2. Withdraw every earlier case of this cutover that is still open.',
    ...(isCheck ? ['     If none was ever opened, open none: there is nothing to change.'] : []),
    '  3. When Salesforce says that it is saved, run: sallyport cutover confirm. Then run the cutover again; it goes on when real redemptions show that it is so.',
    '',
    `Subject: ${subject}`,
    '',
    body,
  ].join('\n')

type Difference = { readonly added: ListRows; readonly removed: ListRows }

function differenceOf({ before, after }: ListChange): Difference {
  const isIn = (rows: ListRows, row: DescribedRange): boolean => rows.some((each) => rangesAreEqual(each, row))
  return { added: after.filter((row) => !isIn(before, row)), removed: before.filter((row) => !isIn(after, row)) }
}

const rowWords = ({ start, end, description }: DescribedRange): string =>
  `start address ${formatAddress(start)}, end address ${formatAddress(end)}${description === undefined ? '' : `, description ${plainWords(description)}`}`

const countWords = (rows: ListRows): string => (rows.length === 1 ? 'this one row' : `these ${rows.length} rows`)

function taskWords(added: ListRows, removed: ListRows): string {
  const words = [
    ...(added.length > 0 ? [`add ${added.length} to`] : []),
    ...(removed.length > 0 ? [`remove ${removed.length} from`] : []),
  ]
  return words.length > 0 ? words.join(' and ') : 'verify'
}
