/** `allowlist list`, `add` and `remove`: read, change, save with If-Match, and once more where somebody else saved in between. */
import { parseAllowlist, type Allowlist } from '../../ip/allowlist.ts'
import { parseRangeText } from '../../ip/cidr.ts'
import { startEnd, writeRangeRow, type DescribedRange } from '../../ip/range-spelling.ts'
import { formatRange, rangesAreEqual, type Range } from '../../ip/range.ts'
import type { AdminClient } from '../admin-client.ts'
import { Complaint, complaint } from '../complaint.ts'
import type { Terminal } from '../terminal.ts'
import { adminOf, jsonOf, listLines, readList, saveList, type AllowlistFlags, type StoredList } from './list-of-app.ts'

export async function listRanges(terminal: Terminal, app: string, flags: AllowlistFlags): Promise<void> {
  const stored = await readList(adminOf(terminal, flags), app)
  if (flags.json) terminal.out(jsonOf(app, stored))
  else for (const line of listLines(app, stored)) terminal.out(line)
}

export type RangesOfApp = { readonly app: string; readonly ranges: readonly string[] }

export async function addRanges(
  terminal: Terminal,
  { app, ranges }: RangesOfApp,
  flags: AllowlistFlags & { readonly description?: string },
): Promise<void> {
  const { description } = flags
  const added = parseRanges(ranges).map((range) => (description === undefined ? range : { ...range, description }))
  await change(terminal, { app, flags, confirmEmpty: false, edit: ({ rows }) => accepted([...rows, ...added]) })
}

export async function removeRanges(
  terminal: Terminal,
  { app, ranges }: RangesOfApp,
  flags: AllowlistFlags & { readonly confirmEmpty?: boolean },
): Promise<void> {
  const gone = parseRanges(ranges)
  const confirmEmpty = flags.confirmEmpty ?? false
  const edit = (list: Allowlist, { enforce }: StoredList): Allowlist => {
    refuseUnlisted(gone, list, app)
    const rows = list.rows.filter((row) => !gone.some((each) => rangesAreEqual(each, row)))
    if (rows.length === 0 && enforce && !confirmEmpty) throw wouldBeEmpty(app)
    return { rows }
  }
  await change(terminal, { app, flags, confirmEmpty, edit })
}

type Change = {
  readonly app: string
  readonly flags: AllowlistFlags
  readonly confirmEmpty: boolean
  /** Throws a Complaint where the change cannot be made to this list. */
  readonly edit: (list: Allowlist, stored: StoredList) => Allowlist
}

async function change(terminal: Terminal, wish: Change): Promise<void> {
  const { app, flags } = wish
  const admin = adminOf(terminal, flags)
  const done = (await attempt(admin, wish)) ?? (await attempt(admin, wish))
  if (done === undefined) {
    throw complaint(
      `Somebody else keeps saving the list of ${app}; nothing was changed.`,
      `sallyport allowlist list ${app}`,
    )
  }
  if (flags.json) terminal.out(jsonOf(app, done.after))
  else for (const line of [...listLines('Before', done.before), ...listLines('After', done.after)]) terminal.out(line)
}

type Done = { readonly before: StoredList; readonly after: StoredList }

/** Undefined where somebody else saved between the reading and the saving. */
async function attempt(admin: AdminClient, { app, confirmEmpty, edit }: Change): Promise<Done | undefined> {
  const before = await readList(admin, app)
  const list = edit(before.list, before)
  const saved = await saveList(admin, app, { ...before, list, confirmEmpty: confirmEmpty && list.rows.length === 0 })
  return saved === 'stale' ? undefined : { before, after: await readList(admin, app) }
}

function parseRanges(texts: readonly string[]): Range[] {
  const parsed = texts.map(parseRangeText)
  const troubles = parsed.flatMap((each) =>
    each.ok ? [] : [{ means: each.fault.message, next: ['Write 192.0.2.7, 192.0.2.7-192.0.2.9 or 192.0.2.0/30.'] }],
  )
  if (troubles.length > 0) throw new Complaint(troubles, 2)
  return parsed.flatMap((each) => (each.ok ? [each.value] : []))
}

/** Judged here as well as by the org, so that every fault is named before anything is sent. */
function accepted(rows: readonly DescribedRange[]): Allowlist {
  const parsed = parseAllowlist(rows.map((row) => writeRangeRow(row, startEnd)))
  if (parsed.ok) return parsed.value
  throw new Complaint(parsed.fault.map(({ message }) => ({ means: message, next: ['Leave that range out.'] })))
}

function refuseUnlisted(gone: readonly Range[], { rows }: Allowlist, app: string): void {
  const unlisted = gone.filter((each) => !rows.some((row) => rangesAreEqual(each, row)))
  if (unlisted.length === 0) return
  throw new Complaint(
    unlisted.map((each) => ({
      means: `${formatRange(each)} is no range of ${app}.`,
      next: [`sallyport allowlist list ${app}`],
    })),
  )
}

const wouldBeEmpty = (app: string): Complaint =>
  complaint(
    `The list of ${app} is enforced and would be empty: nobody could redeem a refresh token.`,
    `sallyport allowlist add ${app} ADDRESS, before the last range is removed`,
    'Repeat with --confirm-empty if that is what you want.',
  )
