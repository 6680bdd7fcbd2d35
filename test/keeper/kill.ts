/** A keeper's process is killed at every place where an exchange waits, one after the other; another one takes over, and what it finds is compared with what
 *  the org knows. */
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import type { Keeper } from '../../src/keeper/keeper-face.ts'
import { aLease, exchangeInChild, openBattlefield, settled, type Battlefield, type Ended } from './battlefield.ts'
import type { Situation } from './situations.ts'
import { newestGrant, redemptionsOf } from './truth.ts'

export type Row = {
  readonly situation: string
  /** Counted from 1 in the order in which they are reached. */
  readonly n: number
  /** The last one that was reached. */
  readonly place: string
  readonly reached: readonly string[]
  /** What a caller of another process gets within one lease, and when everything has settled. */
  readonly within: string
  readonly later: string
  /** What the org has seen by each. */
  readonly seen: readonly string[]
  readonly seenLater: readonly string[]
  readonly generations: readonly [before: number, after: number]
  readonly told: readonly string[]
}

/** Undefined where there is no such place. */
export async function killAt(
  field: Battlefield,
  situation: Situation,
  at: { readonly n: number; readonly dieAt: number | string },
): Promise<Row | undefined> {
  const { scene, successor, time } = field
  const { org } = scene
  const begun = time.by()
  const id = idOf(situation, at.n)
  await scene.adopt(id)
  await situation.prepare(field, id)
  const grant = await newestGrant(org)
  const first = (await successor.connection(id))?.generation ?? 0
  const { died, places } = await runIn(field, situation, { id, dieAt: at.dieAt })
  if (!died) return undefined
  org.faults.clear()
  time.ahead(begun + situation.ahead + aLease)
  const within = await answerOf(successor, id)
  const seen = await redemptionsOf(org, grant)
  time.ahead(begun + situation.ahead + aLease + settled)
  const later = await answerOf(successor, id)
  const seenLater = await redemptionsOf(org, grant)
  const last = (await successor.connection(id))?.generation ?? 0
  const told = await eventsOf(successor, id)
  const about = { situation: situation.name, n: at.n, place: places.at(-1) ?? '', reached: places }
  return { ...about, within, later, seen, seenLater, generations: [first, last], told }
}

const idOf = ({ name }: Situation, n: number): string => `${name.replaceAll(/\W+/g, '-')}-${n}`

export async function runIn(
  { scene: { folder }, time }: Battlefield,
  { ahead, inject, fromStart = false }: Situation,
  { id, dieAt }: { readonly id: string; readonly dieAt: number | string },
): Promise<Ended> {
  return await exchangeInChild({
    folder,
    id,
    dieAt,
    ahead: time.by() + ahead,
    fromStart,
    ...(inject === undefined ? {} : { inject }),
  })
}

export async function answerOf(keeper: Keeper, id: string): Promise<string> {
  return await keeper.accessToken(id).then(
    () => 'token',
    (error: KeeperError) => error.code,
  )
}

export async function eventsOf(keeper: Keeper, id: string): Promise<readonly string[]> {
  const found: string[] = []
  for (let after = 0; ;) {
    const page = await keeper.events({ after, limit: 500 })
    found.push(...page.filter(({ connection }) => connection === id).map(({ kind }) => kind))
    const last = page.at(-1)
    if (last === undefined) return found
    after = last.sequence
  }
}

const asked = 'REAUTHORIZATION_REQUIRED'

/** What must not be, in words; undefined where all is well. */
export function wrongIn(row: Row, { before, keptAt }: Situation): string | undefined {
  const { reached, within, later, seenLater, told } = row
  const sent = reached.includes("after refresh/attempt.ts storage.write('markSent')")
  const isKept = keptAt === 'always' || (keptAt !== undefined && reached.includes(keptAt))
  const replays = seenLater.filter((decision) => decision === 'reuse').length
  if (isKept && within !== 'token') return 'a reply that was kept is lost'
  if (!sent && before === 'alive' && within !== 'token') return 'nothing was sent, and it does not serve'
  if (within === 'IN_DOUBT' && !told.includes('connection.in_doubt')) return 'nobody was told of the doubt'
  if (within === asked && before === 'alive') return 'given up within one lease'
  if (!['token', 'IN_DOUBT', asked].includes(within)) return `within one lease: ${within}`
  if (later !== 'token' && later !== asked) return `when all has settled: ${later}`
  if (later === asked && before === 'alive' && replays === 0) return 'given up although the org had not spent it'
  if (replays > (told.includes('connection.last_retry') ? 1 : 0)) return 'a spent token was sent again'
  return later === 'token' ? wrongTokenIn(row) : undefined
}

/** As many generations as the org has given tokens: none is lost, and none is older than it could be. */
function wrongTokenIn({ seenLater, generations: [first, last], told }: Row): string | undefined {
  if (told.at(-1) === 'connection.in_doubt') return undefined // what serves is the live access token of before
  const given = seenLater.filter((decision) => decision === 'allowed').length
  // what was given before the process began is counted in its first generation, or was given to the one that died before
  return last - first === given || last === 1 + given ? undefined : 'what serves is not the newest that was given'
}

export type Run = { readonly situation: Situation; readonly places: readonly string[]; readonly rows: readonly Row[] }

/** In each situation at every place of `src/keeper/refresh`, and at every place elsewhere on the way of which an earlier situation does not know; two at a
 *  time, each in a vault of its own. */
export async function killEverywhere(situations: readonly Situation[]): Promise<readonly Run[]> {
  await using one = await openBattlefield()
  await using other = await openBattlefield()
  const known = new Set<string>()
  const runs: Run[] = []
  for (const situation of situations) {
    const places = await placesOf(one, situation)
    const chosen = places.flatMap((place, i) => (isOfRefresh(place) || !known.has(place) ? [i + 1] : []))
    for (const place of places) known.add(place)
    runs.push({ situation, places, rows: await killInTurn([one, other], situation, chosen) })
  }
  return runs
}

const isOfRefresh = (place: string): boolean => /^\w+ refresh\//.test(place)

/** All of one that lives. */
export async function placesOf(field: Battlefield, situation: Situation): Promise<readonly string[]> {
  const id = idOf(situation, 0)
  await field.scene.adopt(id)
  await situation.prepare(field, id)
  const { places } = await runIn(field, situation, { id, dieAt: 0 })
  field.scene.org.faults.clear()
  field.time.ahead(field.time.by() + situation.ahead + aLease)
  return places.filter((place) => !place.startsWith('rejected '))
}

async function killInTurn(
  fields: readonly Battlefield[],
  situation: Situation,
  chosen: readonly number[],
): Promise<readonly Row[]> {
  const rows: Row[] = []
  const left = chosen.values()
  const work = async (field: Battlefield): Promise<void> => {
    for (const n of left) {
      const row = await killAt(field, situation, { n, dieAt: n })
      if (row !== undefined) rows.push(row)
    }
  }
  await Promise.all(fields.map(work))
  return rows.toSorted((a, b) => a.n - b.n)
}
