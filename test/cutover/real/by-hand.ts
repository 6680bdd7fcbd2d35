/** What a person does at org and gateway without a cutover: each change by itself, in whatever order. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, put, row, type Fields, type Pair, type Place } from './place.ts'

type List = { readonly enforce: boolean; readonly ranges: readonly Fields[] }

const listOf = ({ org }: Place): string => `/apps/${org.app}/refresh-token-ip-allowlist`

export async function listed(place: Place): Promise<readonly string[]> {
  const { ranges } = (await ask(place.org, listOf(place))).body as List
  return ranges.map(({ startIpAddress }) => String(startIpAddress))
}

/** Whatever else is in the list stays. */
export async function changeList(
  place: Place,
  { add = [], remove = [] }: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
): Promise<void> {
  const { ranges } = (await ask(place.org, listOf(place))).body as List
  const kept = ranges.filter(({ startIpAddress }) => ![...add, ...remove].includes(String(startIpAddress)))
  await put(place.org, listOf(place), { enforce: true, ranges: [...kept, ...add.map(row)] })
}

type Egress = { readonly name: string; readonly mode: string; readonly address: string; readonly probed: number }
type Shown = Readonly<Record<'name' | 'mode' | 'public' | 'through', string | null>> & {
  readonly probes: { readonly succeeded: number }
}

export async function egresses({ gateway }: Place): Promise<readonly Egress[]> {
  const { egress } = (await ask(gateway, '/egress')).body as { egress: readonly Shown[] }
  return egress.map(({ name, mode, public: seen, through, probes }) => ({
    ...{ name: name ?? '', mode: mode ?? '', probed: probes.succeeded },
    address: seen ?? through ?? '',
  }))
}

/** Traffic leaves from these two alone, from now on; each is live before. */
export async function move(place: Place, to: Pair): Promise<void> {
  const isThere = (each: string, there: readonly Egress[]): boolean => there.some(({ address }) => address === each)
  const before = await egresses(place)
  const add = to
    .filter((each) => !isThere(each, before))
    .map((address) => ({ name: `at-${address.replaceAll('.', '-')}`, address, standby: true }))
  if (add.length > 0) await put(place.gateway, '/egress', { add })
  const enough = 3 // probes
  for (;;) {
    const there = await egresses(place)
    const named = (wanted: boolean): string[] =>
      there.filter(({ address }) => to.includes(address) === wanted).map(({ name }) => name)
    if (there.every(({ address, probed }) => !to.includes(address) || probed >= enough))
      return void (await put(place.gateway, '/egress', { resume: named(true), drain: named(false) }))
    await sleep(20)
  }
}

/** Traffic leaves from these two alone, the list holds these two alone, and every client has redeemed from them: nothing is left of a test before. */
export async function settle(place: Place, pair: Pair): Promise<void> {
  await ask(place.testing, '/faults', { method: 'DELETE' })
  await changeList(place, { add: pair })
  await move(place, pair)
  await place.load.allFrom(pair)
  const gone = (await egresses(place)).filter(({ address }) => !pair.includes(address)).map(({ name }) => name)
  if (gone.length > 0) await put(place.gateway, '/egress', { remove: gone })
  await put(place.org, listOf(place), { enforce: true, ranges: pair.map(row) })
}
