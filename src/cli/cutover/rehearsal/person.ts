/** The person of a rehearsal: types what the run asks for, and answers what nobody but a person can. */
import type { AllowlistPort, CutoverPorts } from '../../../cutover/ports.ts'
import { personList } from '../../../cutover/adapters/person-list.ts'
import type { AppOfFile, CutoverFile } from '../../../cutover/configuration-file.ts'
import { historyOf } from '../../../cutover/configuration-file.ts'
import type { Cutovers, RunOutcome } from '../../../cutover/cutover.ts'
import { caseText, setupWords } from '../../../cutover/list-words.ts'
import type { ListRows } from '../../../cutover/rules/list-change.ts'
import type { RangeRow } from '../../../ip/range-spelling.ts'
import { days, hours, milliseconds, type Duration } from '../../../values/time.ts'
import type { Stage } from '../stage/stage.ts'

export const appsOfFile = (file: CutoverFile): readonly AppOfFile[] => [
  file,
  ...(file.second === undefined ? [] : [file.second]),
]

const isTyped = ({ allowlist }: AppOfFile): boolean => 'manual' in allowlist || 'supportCase' in allowlist

/** Those lists that a person changes in the real run, as it sees them: nobody reads them, and who redeems is known where the file says from where. */
export function typedPorts(ports: CutoverPorts, file: CutoverFile, rows: readonly ListRows[]): CutoverPorts {
  const apps = appsOfFile(file)
  return {
    ...ports,
    lists: ports.lists.map((list, i) => {
      const app = apps[i]
      if (app === undefined || !isTyped(app)) return list
      const told = { rows: rows[i] ?? [], isEnforced: true }
      const { redeemers, redemptions } = list.allowlist
      const typed = personList({
        app: app.app,
        told: async () => await Promise.resolve(told),
        ask: async (change) => await Promise.resolve(wordsOf(app, change)),
      })
      const known: Pick<AllowlistPort, 'redeemers' | 'redemptions'> =
        historyOf(app) === undefined
          ? { redeemers: async () => await Promise.resolve('unknown'), redemptions }
          : { redeemers, redemptions }
      return { ...list, allowlist: { ...typed, ...known } }
    }),
  }
}

function wordsOf({ allowlist }: AppOfFile, change: Parameters<typeof setupWords>[0]): string {
  if (!('supportCase' in allowlist)) return setupWords(change)
  const { subject, body } = caseText(change, allowlist.supportCase)
  return `Open a support case with this text.\n\nSubject: ${subject}\n\n${body}`
}

export type Playing = {
  readonly stage: Stage
  readonly cutovers: Cutovers
  readonly id: string
  readonly file: CutoverFile
  readonly wait: (length: Duration) => Promise<void>
}

/** What was done, for people; undefined where it is not for a person to say yet. */
export async function playPerson(
  { stage, cutovers, id, file, wait }: Playing,
  outcome: RunOutcome & { readonly kind: 'waiting' },
): Promise<string | undefined> {
  const apps = appsOfFile(file)
  if (outcome.about === 'silent' && apps.some((each) => historyOf(each) === undefined)) {
    await cutovers.answer(id, outcome)
    return 'Played: a person has looked at Login History in Setup, and lets the old addresses go.'
  }
  if (outcome.about !== 'list') return undefined
  const { lists = [] } = (await cutovers.view(id))?.state ?? {}
  const at = lists.findIndex(({ asked }) => asked !== undefined)
  const [app, asked] = [apps[at], lists[at]?.asked]
  if (app === undefined || asked === undefined) return undefined
  const isCase = 'supportCase' in app.allowlist
  await wait(isCase ? days(2) : hours(1))
  await save(stage, app.app, asked.rows)
  await cutovers.answer(id, outcome)
  return `Played: ${isCase ? 'two days later Salesforce has' : 'an hour later a person has'} saved the list of ${app.app} as it was asked, and it is confirmed.`
}

async function save({ orgApi }: Stage, app: string, rows: readonly RangeRow[]): Promise<void> {
  const path = `/apps/${encodeURIComponent(app)}/refresh-token-ip-allowlist`
  const ranges = rows.map(({ start, end, description }) => ({
    ...{ startIpAddress: start, endIpAddress: end },
    ...(description === undefined ? {} : { description }),
  }))
  const { body, etag = '' } = await orgApi.ask('GET', path)
  const wanted = { enforce: body['enforce'] === true, ranges }
  const { status } = await orgApi.ask('PUT', path, { body: wanted, ifMatch: etag })
  if (status !== 200) throw new Error(`the copy of ${app} did not take its list: ${status}`)
}

/** Between two runs of what waits for more than a person: with waits this short a customer may not have redeemed again yet. */
export const pauseBeforeAgain: Duration = milliseconds(200)
