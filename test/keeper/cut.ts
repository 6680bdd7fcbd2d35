/** The network between a keeper and a real org is cut after byte n of the request or of the reply, for every n: what the keeper says then, and what the org
 *  knows. */
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import { secret } from '../../src/values/secret.ts'
import type { Scope } from '../gateway/kit.ts'
import { aLease, settled } from './battlefield.ts'
import { bentTime, type BentTime } from './bent-time.ts'
import { cutting, type Cut, type Cutter } from './cutter.ts'
import { openScene, type Scene } from './scene.ts'
import { listening } from './transport/kit.ts'
import { newestGrant, redemptionsOf } from './truth.ts'

export type CutRow = Cut & {
  /** False where there are not so many bytes: the exchange was as every other. */
  readonly isCut: boolean
  /** What the caller got at once, a caller within one lease, and one when everything has settled. */
  readonly now: string
  readonly within: string
  readonly later: string
  readonly seen: readonly string[]
  readonly seenLater: readonly string[]
  readonly generation: number
  readonly told: readonly string[]
}

export type CutField = AsyncDisposable & {
  readonly scene: Scene
  readonly time: BentTime
  /** `told`: the number of the last event that was seen. */
  readonly cutter: Cutter & { told: number }
}

export async function openCutField(t: Scope): Promise<CutField> {
  const cutter = { cut: undefined, told: 0 }
  const proxy = await listening(t, cutting(cutter))
  const time = bentTime()
  const scene = await openScene({
    ...{ environment: time.environment, proxy: secret(`http://127.0.0.1:${proxy.port}`) },
    storage: 'sqlite::memory:',
  })
  return { scene, time, cutter, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() }
}

export async function cutAt({ scene, time, cutter }: CutField, cut: Cut): Promise<CutRow> {
  const { keeper, org } = scene
  const begun = time.by()
  const id = `${cut.of}-${cut.how}-${cut.after}`
  await scene.adopt(id)
  const grant = await newestGrant(org)
  const answer = async (): Promise<string> =>
    await keeper.accessToken(id).then(
      () => 'token',
      (error: KeeperError) => error.code,
    )
  cutter.cut = cut
  const now = await answer()
  cutter.cut = undefined
  const seen = await redemptionsOf(org, grant)
  time.ahead(begun + aLease)
  const within = await answer()
  time.ahead(begun + aLease + settled)
  const later = await answer()
  const events = await keeper.events({ after: cutter.told, limit: 1000 })
  cutter.told = events.at(-1)?.sequence ?? cutter.told
  const told = events.filter(({ connection }) => connection === id).map(({ kind }) => kind)
  const generation = (await keeper.connection(id))?.generation ?? 0
  const seenLater = await redemptionsOf(org, grant)
  await keeper.remove(id).catch(() => undefined)
  return { ...cut, isCut: now !== 'token', now, within, later, seen, seenLater, generation, told }
}

/** What must not be, in words; undefined where all is well. */
export function wrongInCut(row: CutRow): string | undefined {
  const { now, within, later, seen, seenLater, generation, told } = row
  const given = seenLater.filter((decision) => decision === 'allowed').length
  const replays = seenLater.filter((decision) => decision === 'reuse').length
  const spent = seen.includes('allowed')
  if (now !== 'IN_DOUBT' && now !== 'token') return `it said ${now}`
  if (now === 'IN_DOUBT' && (within !== 'IN_DOUBT' || !told.includes('connection.in_doubt')))
    return 'the doubt is not named'
  if (now === 'IN_DOUBT' && !spent && later !== 'token') return 'given up although the org had not spent it'
  if (now === 'IN_DOUBT' && spent && later !== 'REAUTHORIZATION_REQUIRED') return `spent, and then ${later}`
  if (later === 'token' && generation !== 1 + given) return 'what serves is not the newest that was given'
  if (replays > (told.includes('connection.last_retry') ? 1 : 0)) return 'a spent token was sent again'
  return undefined
}

/** After 0, `step`, 2 `step`… bytes, until the exchange is not cut any more. */
export async function cutEverywhere(
  field: CutField,
  { of, how, step }: Pick<Cut, 'of' | 'how'> & { readonly step: number },
): Promise<readonly CutRow[]> {
  const rows: CutRow[] = []
  for (let after = 0; ; after += step) {
    const row = await cutAt(field, { of, how, after })
    if (!row.isCut) return rows
    rows.push(row)
  }
}
