/** The egresses of a pool, each with what finds out about it. */
import type { SecureContext } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'
import type { Clock, RandomBytes } from '../../values/domain.ts'
import type { Log } from '../log.ts'
import type { DeadlineWheel } from '../relay/deadline-wheel.ts'
import { openLending } from '../relay/lending-socket.ts'
import type { Balance } from '../rules/egress/choose.ts'
import type { Deadlines } from '../rules/deadlines.ts'
import type { EgressDeclaration } from '../rules/egress/egress-set.ts'
import type { HealthSignal } from '../rules/egress/health.ts'
import { portBudget, type PortRange } from '../rules/egress/port-budget.ts'
import { openConfirming, type Confirming, type ConfirmSettings } from './confirm.ts'
import type { Connect } from './dial.ts'
import type { Echo } from './echo.ts'
import { openEgress, type Egress } from './egress.ts'
import { openPorts, readPortBudget } from './ports.ts'
import { openProbing, type Probing, type ProbeSettings } from './probe.ts'
import { openTrust } from './trust.ts'
import type { ResolveHost } from './via.ts'

export type PoolSettings = {
  readonly balance: Balance
  readonly healthCheck: ProbeSettings
  readonly echo: ConfirmSettings
}

export type PoolOptions = {
  readonly clock: Clock
  readonly monotonic: () => number
  readonly random: RandomBytes
  readonly log: Log
  readonly deadlines: () => Deadlines
  /** Asked each time, so that a reload needs nothing else. */
  readonly settings: () => PoolSettings
  /** For the hosts that the operator names: health target, proxies, echo. What clients name comes resolved. */
  readonly resolve: ResolveHost
  readonly echo: Echo
  /** Of this gateway, in `Via` (G-09); `sallyport` if not said. */
  readonly pseudonym?: string
  /** For tests. */
  readonly connect?: Connect
  readonly trust?: () => SecureContext
  readonly portRange?: PortRange
}

export type Members = {
  readonly egresses: () => readonly Egress[]
  readonly find: (name: string) => Egress | undefined
  /** Resolves when nothing is being found out about any of them. Those that stay as they were keep what is known. */
  readonly declare: (declarations: readonly EgressDeclaration[]) => Promise<void>
  /** Probes at once what is suspected. */
  readonly signal: (egress: Egress, signal: HealthSignal) => void
  /** Finds everything out anew. */
  readonly ask: () => Promise<void>
  readonly close: () => void
}

export function openMembers(options: PoolOptions, wheel: DeadlineWheel): Members {
  const openMember = memberOpener(options, wheel)
  let members: ReadonlyMap<string, Member> = new Map()
  let egresses: readonly Egress[] = []
  return {
    egresses: () => egresses,
    find: (name) => members.get(name)?.egress,
    async declare(declarations) {
      const before = members
      members = new Map(declarations.map((each) => [each.name, kept(before.get(each.name), each) ?? openMember(each)]))
      for (const [name, member] of before) if (members.get(name) !== member) closeMember(member)
      egresses = [...members.values()].map(({ egress }) => egress)
      await Promise.all([...members.values()].map(({ settled }) => settled()))
    },
    signal(egress, signal) {
      egress.signal(signal)
      if (egress.health().suspected) members.get(egress.declaration.name)?.probing.hurry()
    },
    async ask() {
      await Promise.all([...members.values()].map(({ ask }) => ask()))
    },
    close: () => [...members.values()].forEach(closeMember),
  }
}

type Member = {
  readonly egress: Egress
  readonly probing: Probing
  readonly confirming: Confirming | undefined
  /** Resolves when nothing is being found out about it. */
  readonly settled: () => Promise<void>
  /** Finds everything out anew. */
  readonly ask: () => Promise<void>
}

function memberOpener(options: PoolOptions, wheel: DeadlineWheel): (declaration: EgressDeclaration) => Member {
  const { clock, monotonic, log, settings, echo } = options
  const chance = (): number => {
    const [high = 0, low = 0] = options.random(2)
    return (high * 256 + low) / 65_536
  }
  const attemptMs = (): number => options.deadlines().attempt
  const budget = options.portRange === undefined ? readPortBudget() : portBudget(options.portRange)
  const shared = {
    ...{ clock, monotonic, wheel, log, chance, attemptMs, echo },
    connect: options.connect ?? openLending(),
    resolve: options.resolve,
    pseudonym: options.pseudonym ?? 'sallyport',
    trust: options.trust ?? openTrust(),
    dialMs: () => options.deadlines().dial,
    openPorts: () => openPorts(budget, chance()),
  }
  return (declaration) => {
    const egress = openEgress(declaration, { ...shared, limits: () => settings().healthCheck })
    const probing = openProbing(egress, { ...shared, settings: () => settings().healthCheck })
    const asks = declaration.through.kind === 'address' && declaration.through.confirm
    const confirming = asks ? openConfirming(egress, { ...shared, settings: () => settings().echo }) : undefined
    const settled = async (): Promise<void> => void (await Promise.all([probing.settled(), confirming?.settled()]))
    const ask = async (): Promise<void> => void (await Promise.all([probing.now(), confirming?.now()]))
    return { egress, probing, confirming, settled, ask }
  }
}

function closeMember({ probing, confirming }: Member): void {
  probing.close()
  confirming?.close()
}

function kept(member: Member | undefined, declaration: EgressDeclaration): Member | undefined {
  return member !== undefined && isDeepStrictEqual(member.egress.declaration, declaration) ? member : undefined
}
