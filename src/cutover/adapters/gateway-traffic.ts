/** The pool of our own gateway, by its admin API. */
import { formatAddress, parseAddress } from '../../ip/address.ts'
import { instant, isoText, milliseconds, type Duration, type Instant } from '../../values/time.ts'
import type { Acted, TrafficPort } from '../ports.ts'
import type { PoolChange } from '../rules/journal.ts'
import type { AddressText } from '../rules/plan.ts'
import type { PoolMember, PoolMode } from '../rules/seen.ts'
import type { TryResult } from '../rules/verdict.ts'
import { plainWords } from './foreign-words.ts'
import { listIn, numberIn, refusalOf, textIn, isFields, type Fields, type JsonApi } from './json-api.ts'

const who = 'The gateway'

export type GatewayTraffic = TrafficPort & {
  /** By which name the address is pinned; undefined where no egress has it. */
  readonly egressOf: (address: AddressText) => Promise<string | undefined>
}

export type GatewayTrafficParts = {
  readonly api: JsonApi
  readonly wait: (length: Duration) => Promise<void>
  /** Names of clients whose traffic is to move; undefined: whoever uses the pool, if it is one alone (P-62). */
  readonly clients: readonly string[] | undefined
}

type Egress = Fields & { readonly name: string; readonly address: AddressText }

export function gatewayTraffic(parts: GatewayTrafficParts): GatewayTraffic {
  const { api } = parts
  const egresses = async (): Promise<{ readonly all: readonly Egress[]; readonly version: string }> => {
    const answer = await api.ask('GET', '/egress')
    if (answer.status !== 200 || answer.etag === undefined) throw refusalOf(answer, who)
    return { all: listIn(answer.body, 'egress').flatMap(egressIn), version: answer.etag }
  }
  const find = async (address: AddressText): Promise<Egress | undefined> =>
    (await egresses()).all.find((each) => each.address === address)
  return {
    ...(api.theirClock === undefined ? {} : { ahead: api.theirClock.ahead }),
    egressOf: async (address) => (await find(address))?.name,
    async read(since) {
      const { all, version } = await egresses()
      const used = await Promise.all(
        all.map(async (each) => [each.address, await lastUse(api, each.name, since)] as const),
      )
      const usedAt = new Map<AddressText, Instant>()
      for (const [address, theirs] of used) {
        if (theirs === undefined) continue
        const at = api.theirClock?.toOurs(theirs) ?? theirs
        if (at > (usedAt.get(address) ?? 0)) usedAt.set(address, at)
      }
      return { version, members: all.map(memberOf), whole: true, usedAt, strangers: await strangersIn(parts, since) }
    },
    async set(modes, expects) {
      const { all } = await egresses()
      return await put(api, changeOf(modes, all), expects)
    },
    async invalidate() {
      const { version } = await egresses()
      return await put(api, { touch: true }, version)
    },
    probe: (address) => probe(parts, address, find),
  }
}

/** The address that the far side sees, as far as it is known; an egress of which it is not known is nobody's of the plan. */
function egressIn(fields: Fields): Egress[] {
  const name = textIn(fields, 'name')
  const seen =
    textIn(fields, 'public') ?? (textIn(fields, 'kind') === 'address' ? textIn(fields, 'through') : undefined)
  const parsed = parseAddress(seen ?? '')
  return name === undefined
    ? []
    : [{ ...fields, name, address: parsed.ok ? formatAddress(parsed.value) : plainWords(seen ?? name) }]
}

const modes: Readonly<Record<string, PoolMode>> = { active: 'active', draining: 'draining', standby: 'standby' }

const memberOf = (egress: Egress): PoolMember => {
  const state = textIn(egress, 'state') ?? ''
  return {
    address: egress.address,
    mode: modes[textIn(egress, 'mode') ?? ''] ?? 'active',
    up: state === 'up' || state === 'standby' || state === 'draining',
    tunnels: numberIn(egress, 'tunnels') ?? 0,
    name: egress.name,
    isFixed: textIn(egress, 'kind') !== 'address' || textIn(egress, 'through') !== egress.address,
  }
}

async function lastUse(api: JsonApi, name: string, since: Instant): Promise<Instant | undefined> {
  const answer = await api.ask(
    'GET',
    `/egress/${encodeURIComponent(name)}/usage?since=${encodeURIComponent(isoText(api.theirClock?.toTheirs(since) ?? since))}`,
  )
  if (answer.status !== 200) throw refusalOf(answer, who)
  const times = listIn(answer.body, 'destinations').flatMap((each) => textIn(each, 'lastUsedAt') ?? [])
  return times.length === 0 ? undefined : instant(Math.max(...times.map((each) => instant(each))))
}

/** P-62: of whoever has used the pool since the month of that instant. */
async function strangersIn({ api, clients }: GatewayTrafficParts, since: Instant): Promise<readonly string[]> {
  const answer = await api.ask('GET', '/usage')
  if (answer.status !== 200) throw refusalOf(answer, who)
  const months = listIn(answer.body, 'usage').filter(
    (each) => (textIn(each, 'month') ?? '') >= isoText(since).slice(0, 7),
  )
  const used = [...new Set(months.flatMap((each) => textIn(each, 'client') ?? []))].toSorted()
  const others = clients === undefined ? (used.length > 1 ? used : []) : used.filter((each) => !clients.includes(each))
  return others.map((each) => plainWords(each))
}

function changeOf(changes: PoolChange, all: readonly Egress[]): Fields {
  const freshName = (address: AddressText): string => {
    const wanted = changes.find((each) => each.address === address)?.name
    return wanted === undefined || all.some(({ name }) => name === wanted) ? nameFor(address) : wanted
  }
  // behind one NAT several egresses have one public address: one that is left out would go on leaving from it
  const namesOf = (address: AddressText): readonly string[] => {
    const there = all.filter((each) => each.address === address).map(({ name }) => name)
    return there.length > 0 ? there : [freshName(address)]
  }
  const named = (mode: PoolChange[number]['mode']): string[] =>
    changes.filter((each) => each.mode === mode).flatMap(({ address }) => namesOf(address))
  const fresh = changes.filter(
    ({ address, mode }) => mode !== 'absent' && mode !== 'cut' && !all.some((each) => each.address === address),
  )
  return {
    add: fresh.map(({ address, mode }) => ({ name: freshName(address), address, standby: mode === 'standby' })),
    ...{ standby: named('standby'), resume: named('active'), drain: named('draining') },
    ...{ remove: named('absent'), cut: named('cut') },
  }
}

const nameFor = (address: AddressText): string => `at-${address.replace(/[.:]/g, '-')}`

async function put(api: JsonApi, body: Fields, expects: string): Promise<Acted> {
  const answer = await api.ask('PUT', '/egress', { body, ifMatch: expects })
  if (answer.status === 200) return { result: 'done' }
  const why = refusalOf(answer, who).message
  if (answer.status === 412 || answer.status === 409) return { result: 'stale', why }
  return { result: answer.status < 500 ? 'refused' : 'unknown', why }
}

/** The gateway probes from each address all the time: a further probe of its own that succeeds is the evidence, and that its echo agrees (P-41). */
async function probe(
  { wait }: GatewayTrafficParts,
  address: AddressText,
  find: (address: AddressText) => Promise<Egress | undefined>,
): Promise<{ readonly result: TryResult; readonly evidence: string }> {
  const before = countsOf(await find(address))
  for (let look = 0; look < looks; look += 1) {
    const egress = await find(address)
    const { succeeded, failed } = countsOf(egress)
    const state = textIn(egress ?? {}, 'state') ?? 'not declared'
    const why = plainWords(`${state}: ${textIn(egress ?? {}, 'why') ?? ''}`)
    if (state === 'unusable' || (state === 'down' && failed > before.failed))
      return { result: 'refused', evidence: why }
    if (succeeded > before.succeeded && (state === 'up' || state === 'standby'))
      return {
        result: 'success',
        evidence: plainWords(
          `probed by the gateway, ${state === 'standby' ? 'on standby' : state}, and seen as ${textIn(egress ?? {}, 'public') ?? address} (${textIn(egress ?? {}, 'publicIs') ?? ''})`,
        ),
      }
    await wait(between)
  }
  return { result: 'unclear', evidence: 'the gateway has not probed it meanwhile' }
}

const looks = 60
const between = milliseconds(250)

function countsOf(egress: Egress | undefined): { readonly succeeded: number; readonly failed: number } {
  const probes = egress?.['probes']
  return isFields(probes)
    ? { succeeded: numberIn(probes, 'succeeded') ?? 0, failed: numberIn(probes, 'failed') ?? 0 }
    : { succeeded: 0, failed: 0 }
}
