/** What killing and cutting everywhere has shown, as a page: equal outcomes that follow each other are one line. */
import type { CutRow } from './cut.ts'
import type { Row, Run } from './kill.ts'
import { onTheWay, placesIn } from './on-the-way.ts'

/** Every `await` of what decides on the steps of an exchange, as `FILE WHAT`. */
export const waitsOfRefresh = (): readonly string[] =>
  onTheWay
    .filter((path) => path.startsWith('refresh/'))
    .flatMap((path) => placesIn(path).map(({ name }) => `${path} ${name}`))

const nothingSent = 'nothing has been sent, and nothing will be'
const inTheSpool = 'the reply lies in the spool as long as this goes on'
const spendsNothing = 'spends nothing'

/** At which no situation dies, and why that loses nothing. */
export const notReached: Readonly<Record<string, string>> = {
  "refresh/attempt.ts storage.write('closeAttempt')": nothingSent,
  'refresh/attempt.ts slot.release': nothingSent,
  'refresh/attempt.ts slot.release 2': nothingSent,
  'refresh/attempt.ts slot.release 3': nothingSent,
  'refresh/in-doubt.ts enter 2': 'nobody could be asked, and it is asked again',
  'refresh/attempt.ts settle': nothingSent,
  'refresh/attempt.ts settle 2': nothingSent,
  'refresh/attempt.ts settle 3': nothingSent,
  "refresh/in-doubt.ts storage.write('setState') 3": 'names what is known already, and is decided again',
  'refresh/refresh.ts wait': 'holds no lease',
  'refresh/refresh.ts wait 2': 'another process holds the lease',
  "refresh/replies.ts storage.write('keepAuthorizationReply')":
    'the reply to a code, and no exchange of a refresh token',
  'refresh/replies.ts append': inTheSpool,
  'refresh/replies.ts slot.release': 'the reply is in the journal',
  'refresh/replies.ts slot.release 3': 'the reply is in the journal',
  'refresh/replies.ts left.release': 'there is no whole reply in the file',
  'refresh/replies.ts wait 2': 'the spool has refused the reply, and holds it as soon as it can',
  'refresh/revoke.ts transport.open': spendsNothing,
  'refresh/revoke.ts opened.connection.post': spendsNothing,
  'refresh/settle.ts close 2': 'the same write as of every other outcome',
  'refresh/settle.ts close 3': 'the same write as of every other outcome',
  'refresh/under-way.ts Promise.all': 'waits for exchanges, and does none',
}

export type Report = { readonly runs: readonly Run[]; readonly cuts: readonly (readonly CutRow[])[] }

export function pageOf({ runs, cuts }: Report): string {
  const kills = runs.flatMap(({ rows }) => rows).length
  const broken = cuts.flat().length
  return [
    '<!-- Written by `npm run keeper:crash-table`; edit the code instead. -->',
    '# Where a keeper may be killed, and what becomes of its token',
    `A process is killed (SIGKILL) at every \`await\` on the way of an exchange, before it and after it: ${kills} kills. Then another process asks for the token: at once when the
lease of the dead one has ended, and again when everything that a server may still do is over. Beside it stands what the org has in its login history. No reply that was on the
disk is lost; no token is sent again after it was spent, but for the last retry of P-25; everything else is \`IN_DOUBT\`, and is told of within one lease (P-20, P-22).`,
    `A place is \`before\` or \`after\` a file of \`src/keeper\` and what is waited for there. Between the end of a reply on the network and its place on the disk lie a few
milliseconds in which it is in the memory of the process alone: who is killed there has lost it, and says so.`,
    ...runs.map(sectionOf),
    '## The network is cut',
    `After every byte of the request, and after every byte of the reply, by a reset and by an end: ${broken} cuts, each in an exchange of its own.`,
    tableOf(
      ['cut', 'after bytes', 'the caller, and within one lease', 'when all has settled', 'the org has spent it'],
      cuts.flatMap(linesOfCuts),
    ),
    '## Every wait of `src/keeper/refresh`',
    tableOf(
      ['wait', 'killed there'],
      waitsOfRefresh().map((wait) => [code(wait), killsAt(runs, wait)]),
    ),
    '',
  ].join('\n\n')
}

function sectionOf({ situation, places, rows }: Run): string {
  const head = ['', 'killed', 'to', 'a caller within one lease', 'when all has settled', 'the org has spent it']
  const lines = grouped(rows, keyOf).map(([first, last]) => [
    first.n === last.n ? String(first.n) : `${first.n} to ${last.n}`,
    code(first.place),
    first.n === last.n ? '' : code(last.place),
    answer(first.within),
    answer(first.later),
    spentWords(first),
  ])
  return `## ${situation.name[0]?.toUpperCase()}${situation.name.slice(1)}\n\n${places.length} places, killed at ${rows.length}.\n\n${tableOf(head, lines)}`
}

const keyOf = (row: Pick<Row, 'within' | 'later' | 'seen' | 'seenLater'>): string =>
  JSON.stringify([row.within, row.later, spentWords(row)])

function grouped<T>(rows: readonly T[], key: (row: T) => string): readonly (readonly [T, T])[] {
  const groups: [T, T][] = []
  for (const row of rows) {
    const last = groups.at(-1)
    if (last !== undefined && key(last[1]) === key(row)) last[1] = row
    else groups.push([row, row])
  }
  return groups
}

function linesOfCuts(rows: readonly CutRow[]): readonly (readonly string[])[] {
  return grouped(rows, (row) => row.now + keyOf(row)).map(([first, last]) => [
    `${first.of}, by ${first.how === 'end' ? 'an end' : 'a reset'}`,
    `${first.after} to ${last.after}`,
    answer(first.within),
    answer(first.later),
    spentWords(first),
  ])
}

const answer = (code: string): string => (code === 'token' ? 'a token' : `\`${code}\``)

function spentWords({ seen, seenLater }: Pick<Row, 'seen' | 'seenLater'>): string {
  const count = (of: readonly string[], decision: string): number => of.filter((each) => each === decision).length
  if (seenLater.includes('revoked')) return 'no: it had revoked it'
  const [first, all] = [count(seen, 'allowed'), count(seenLater, 'allowed')]
  const retried = count(seenLater, 'reuse') > 0 ? '; then the last retry' : ''
  if (all === 0) return `no${retried}`
  return `${all === 1 ? 'once' : `${all} times`}${first === 0 ? ', at the end' : ''}${retried}`
}

function killsAt(runs: readonly Run[], wait: string): string {
  const rows = runs.flatMap((run) => run.rows).filter(({ place }) => place.slice(place.indexOf(' ') + 1) === wait)
  return rows.length > 0 ? `${rows.length} times` : (notReached[wait] ?? 'never')
}

const code = (text: string): string => (text === '' ? '' : `\`${text}\``)

function tableOf(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n')
}
