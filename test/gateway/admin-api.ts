/** The admin API over a real store, with a pool that has no sockets. */
import type { EgressMode } from '../../src/gateway/rules/egress/declared-set.ts'
import type { TestContext } from 'node:test'
import { openAdmin, type RunningAdmin } from '../../src/gateway/admin/admin.ts'
import { openAdmissions, type ToldAdmissions } from '../../src/gateway/admissions.ts'
import { openDeclared, type Declared } from '../../src/gateway/declared.ts'
import { openAdmissions as openPoolAdmissions } from '../../src/gateway/egress/admissions.ts'
import type { EgressView, Pool } from '../../src/gateway/egress/pool.ts'
import { openMetrics } from '../../src/gateway/metrics.ts'
import { admissionRowsOf, type AdmissionRow } from '../../src/gateway/rules/egress/admission.ts'
import type { EgressDeclaration, EgressEntry } from '../../src/gateway/rules/egress/egress-set.ts'
import { openStoreKey } from '../../src/gateway/store-key.ts'
import { formatAddress } from '../../src/ip/address.ts'
import { secret } from '../../src/values/secret.ts'
import { midNovember, openMetered, type Metered } from './metered.ts'
import type { GatewayStore } from './store.ts'

export type FakePool = Pool & {
  readonly declarations: () => readonly EgressDeclaration[]
  readonly states: Map<string, EgressView['state']>
  /** While it is set, `declare` waits for it. */
  hold: Promise<void> | undefined
}

const stateIn = (mode: EgressMode | undefined): 'standby' | 'draining' | undefined =>
  mode === 'active' ? undefined : mode

export function fakePool(): FakePool {
  let declared: readonly EgressDeclaration[] = []
  const admissions = openPoolAdmissions()
  const modes = new Map<string, EgressMode>()
  const tunnels = new Map<string, number>()
  const pool: FakePool = {
    declarations: () => declared,
    states: new Map(),
    hold: undefined,
    open: () => Promise.reject(new Error('nothing is dialled here')),
    stillChosen: () => false,
    resolvesElsewhere: () => false,
    count: (egress, by) => void tunnels.set(egress, (tunnels.get(egress) ?? 0) + by),
    async declare(declarations) {
      declared = declarations
      await pool.hold
    },
    setMode(name, mode) {
      modes.set(name, mode)
      return declared.some((each) => each.name === name)
    },
    admit: admissions.tell,
    declareAdmissions: admissions.configure,
    probeNow: () => Promise.resolve(),
    close: () => {},
    views: () =>
      declared.map(({ name, through, public: seen }) => ({
        name,
        kind: through.kind,
        through: through.kind === 'address' ? formatAddress(through.address) : 'http://proxy.example:9293',
        public: seen === undefined ? undefined : formatAddress(seen),
        publicIs: 'declared',
        mode: modes.get(name) ?? 'active',
        state: stateIn(modes.get(name)) ?? pool.states.get(name) ?? 'up',
        since: midNovember,
        why: 'probes succeed',
        latencyMs: 1.23456,
        tunnels: tunnels.get(name) ?? 0,
        ports: { used: 7, of: 28_232 },
        probes: { succeeded: 3, failed: 1 },
        admissions: admissionRowsOf(admissions.index(), name),
      })),
  }
  return pool
}

export const pair: readonly EgressEntry[] = [
  { name: 'a', address: '127.0.0.11', confirm: 'on' },
  { name: 'b', address: '127.0.0.12', confirm: 'on' },
]
export const rule = '*.salesforce.com:443'
export const token = 'sp_gateway_admin_test'

export type AdminBench = {
  readonly admin: RunningAdmin
  readonly pool: FakePool
  readonly declared: Declared
  readonly admissions: ToldAdmissions
  readonly metered: Metered
  readonly call: (path: string, options?: CallOptions) => Promise<Called>
}
export type CallOptions = {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}
export type Called = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Answer
}

/** Whatever the admin API answers; a test that asks for what is not there compares with undefined. */
export type Answer = {
  readonly status: string
  readonly code?: string
  readonly detail: string
  readonly next: readonly string[]
  readonly egress: readonly (Readonly<Record<string, unknown>> & { readonly name: string; readonly state: string })[]
  readonly admissions: readonly Readonly<Record<string, unknown>>[]
  readonly warnings: readonly unknown[]
  readonly usage: readonly unknown[]
  readonly plans: readonly unknown[]
  readonly live: number
  readonly tunnels: readonly { readonly id: string }[]
  readonly unused: boolean
  readonly liveTunnels: number
  readonly destinations: readonly Readonly<Record<string, unknown>>[]
}

export type BenchOptions = {
  readonly file?: readonly EgressEntry[]
  readonly admitted?: readonly AdmissionRow[]
  readonly folder?: string
  /** Why the store takes no write. */
  readonly trouble?: () => string | undefined
}

/** As the composition does it: the set is in force before anything listens. */
export async function openBench(
  t: TestContext,
  storage: GatewayStore,
  options: BenchOptions = {},
): Promise<AdminBench> {
  const { file = pair, admitted = [], folder, trouble = () => undefined } = options
  const pool = fakePool()
  const metered = await openMetered(storage)
  const random = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))
  const log = { info: () => {}, warn: note(metered), error: note(metered) }
  const parts = { storage, clock: () => metered.now, log, pool, random, meter: metered.meter }
  const key = await openStoreKey(folder, random)
  const declared = await openDeclared({ ...parts, key, own: () => [] }, file)
  const admissions = await openAdmissions(parts, admitted)
  const metrics = openMetrics(parts)
  const writability = { trouble: () => Promise.resolve(trouble()) }
  const admin = await openAdmin(
    { ...parts, metrics, writability, declared, admissions, allow: () => [rule, '*.force.com:443'] },
    { listen: { host: '127.0.0.1', port: 0 }, folder, adminToken: secret(token) },
  )
  t.after(() => admin.close())
  return { admin, pool, declared, admissions, metered, call: (path, about) => call(`${admin.url}${path}`, about) }
}

const note =
  ({ logged }: Metered) =>
  (event: string, fields: Readonly<Record<string, unknown>> = {}): void =>
    void logged.push({ event, fields })

async function call(url: string, { method, body, headers = {} }: CallOptions = {}): Promise<Called> {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'PUT'),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const json = (response.headers.get('content-type') ?? '').includes('json')
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- what it is said to be is what the tests check
  const answer: Answer = json ? JSON.parse(text) : {}
  return { status: response.status, headers: response.headers, text, body: answer }
}
