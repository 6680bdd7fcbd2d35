/** Runs a cutover: asks the rules what is next, writes down that it is meant, does it, writes down what came of it, and asks again. It may be killed
 *  anywhere: whoever takes over reads the journal, looks at the world, and goes on. */
import type { Clock } from '../values/domain.ts'
import { after, milliseconds, type Duration, type Instant } from '../values/time.ts'
import type { OpenJournal } from './journal.ts'
import { isStanding, isWorthALine, stateWith, type HeldLook } from './held-look.ts'
import { look } from './look.ts'
import type { Acted, AllowlistPort, CutoverPorts, Invalidate, Invalidation, ListPorts, Wait } from './ports.ts'
import type { Command, Question } from './rules/command.ts'
import type { Act, Counts, Ending, Entry, SaveList } from './rules/journal.ts'
import { changedRows, writeRows } from './rules/list-change.ts'
import { next } from './rules/next.ts'
import { appsOf } from './rules/plan.ts'
import type { State } from './rules/state.ts'

/** `waiting`: a person has to say something first. */
export type RunEnd =
  | { readonly kind: 'ended'; readonly how: Ending; readonly instruction: string }
  | ({ readonly kind: 'waiting' } & Question)
  | { readonly kind: 'stopped' }

export type RunnerParts = {
  readonly ports: CutoverPorts
  readonly journal: OpenJournal
  readonly clock: Clock
  readonly wait: (length: Duration) => Promise<void>
  readonly runner: string
  /** What happens, for people; called before it happens. */
  readonly tell: (command: Command, state: State) => void
  readonly stopping: AbortSignal
}

/** The longest wait in one go: the lease is renewed, and a person's wishes are read, in between. */
const longestWait = 2000 // ms

/** Rejects with FencedOff where somebody else has taken over, and with what the journal's store says where it cannot be written. */
export async function runCutover(parts: RunnerParts): Promise<RunEnd> {
  const { journal, clock, stopping } = parts
  await journal.write({ at: clock(), kind: 'took-over', fence: journal.fence, runner: parts.runner })
  let held: HeldLook | undefined
  while (!stopping.aborted) {
    const lines = await journal.read()
    const state = stateWith(lines, held)
    const command = next(state, clock())
    parts.tell(command, state)
    if (command.kind === 'observe') {
      held = await observe(parts, state, lines)
      continue
    }
    // nothing is done by what is not written
    if (command.kind !== 'wait' && isStanding(held, lines)) await journal.write(held.look)
    if (command.kind !== 'wait') held = undefined
    const end = await carryOut(parts, state, command)
    if (end !== undefined) return end
  }
  return { kind: 'stopped' }
}

type Carried = Exclude<Command, { readonly kind: 'observe' }>

async function carryOut(parts: RunnerParts, state: State, command: Carried): Promise<RunEnd | undefined> {
  switch (command.kind) {
    case 'ask-person':
      return { ...command, kind: 'waiting' }
    case 'end':
      // also where it had ended before: whoever took it over has opened it again
      await note(parts, { kind: 'ended', how: command.how, instruction: command.instruction })
      return { kind: 'ended', how: command.how, instruction: command.instruction }
    case 'wait':
      await waitFor(parts, command.until)
      return undefined
    case 'act':
    case 'probe':
    case 'redeem':
    case 'watch':
    case 'turn':
      for await (const said of doing(parts, state, command)) await note(parts, said)
      return undefined
  }
}

type Doing = Extract<Command, { readonly kind: 'act' | 'probe' | 'redeem' | 'watch' | 'turn' }>

/** What is to be written, one line after the other; what comes after a line is done when that line is durable. */
async function* doing(parts: RunnerParts, state: State, command: Doing): AsyncGenerator<Said> {
  const { ports } = parts
  switch (command.kind) {
    case 'act':
      yield { kind: 'intent', act: command.act }
      yield await act(parts, state, command.act)
      break
    case 'probe':
      yield { kind: 'probed', address: command.address, ...(await ports.traffic.probe(command.address).catch(unclear)) }
      break
    case 'redeem':
      yield {
        ...{ kind: 'redeemed' as const, list: command.list, address: command.address },
        ...(await portsOf(ports, command.list).canary.redeem(command.address).catch(unclear)),
      }
      break
    case 'watch':
      yield {
        ...{ kind: 'watched' as const, list: command.list, ...(command.before ? { before: true as const } : {}) },
        ...(await portsOf(ports, command.list)
          .allowlist.redemptions(command.since, [...state.plan.from, ...state.plan.to])
          .catch(none)),
      }
      break
    case 'turn':
      yield { kind: 'turned', why: command.why }
  }
}

const note = async ({ journal, clock }: RunnerParts, said: Said): Promise<void> =>
  await journal.write({ at: clock(), ...said })

type Said = Entry extends infer E ? (E extends Entry ? Omit<E, 'at'> : never) : never
const unclear = (cause: unknown): { readonly result: 'unclear'; readonly evidence: string } => ({
  result: 'unclear',
  evidence: cause instanceof Error ? cause.message : String(cause),
})
const none = (): Counts => ({ attempts: 0, successes: 0, refused: 0, whole: false })

function portsOf({ lists }: CutoverPorts, list: number): ListPorts {
  const ports = lists[list]
  if (ports === undefined) throw new Error(`the plan has no list ${list}`)
  return ports
}

/** A look that brought nothing is written as such: patience is counted in lines of the journal. */
async function observe(
  { ports, journal, clock, wait }: RunnerParts,
  state: State,
  lines: readonly Entry[],
): Promise<HeldLook | undefined> {
  try {
    const entry = { at: clock(), kind: 'observed' as const, seen: await look(ports, state, clock) }
    if (!isWorthALine(lines, entry)) {
      await journal.renew()
      return { look: entry, behind: lines.length }
    }
    await journal.write(entry)
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'FencedOff') throw cause
    await journal.write({
      at: clock(),
      kind: 'not-observed',
      why: cause instanceof Error ? cause.message : String(cause),
    })
    await wait(milliseconds(Math.min(state.plan.terms.retry, longestWait)))
  }
  return undefined
}

/** Whatever is thrown on the way leaves unknown whether it was done. */
async function act(parts: RunnerParts, state: State, what: Act): Promise<Said & { readonly kind: 'acted' }> {
  const { ports } = parts
  const acted = async (result: Promise<Acted>): Promise<Said & { readonly kind: 'acted' }> => ({
    ...{ kind: 'acted', act: what },
    ...(await result),
  })
  try {
    switch (what.kind) {
      case 'save-list':
        return await save(portsOf(ports, what.list).allowlist, state, what)
      case 'set-pool':
        return await acted(ports.traffic.set(what.modes, what.expects))
      case 'invalidate':
        return await acted(invalidate(parts))
    }
  } catch (cause) {
    return { kind: 'acted', act: what, result: 'unknown', why: cause instanceof Error ? cause.message : String(cause) }
  }
}

async function save(
  allowlist: AllowlistPort,
  { plan, lists }: State,
  what: SaveList,
): Promise<Said & { readonly kind: 'acted' }> {
  const { rows, version } = await allowlist.read(lists[what.list]?.claim)
  const said = { kind: 'acted', act: what } as const
  if (version !== what.expects) return { ...said, result: 'stale' }
  const changed = changedRows(rows, { ...what, description: `Sallyport: ${appsOf(plan)}` })
  if (!changed.ok) return { ...said, result: 'refused', why: changed.fault.map(({ message }) => message).join(' ') }
  const saved = await allowlist.save(changed.value.rows, version)
  return saved.result === 'asked' ? { ...said, ...saved, rows: writeRows(changed.value.rows) } : { ...said, ...saved }
}

/** P-64. */
async function invalidate(parts: RunnerParts): Promise<Acted> {
  const { lists, traffic } = parts.ports
  const each: readonly Invalidation[] = [...lists.map(({ allowlist }) => allowlist.invalidate), traffic.invalidate]
  const longest = Math.max(0, ...each.map((one) => (typeof one === 'function' ? 0 : one.longestCall)))
  const wait: Wait = async (length) => {
    const { result, why } = await waitOut(parts, length)
    if (result !== 'done') throw new Error(why)
  }
  const firsts: readonly Invalidate[] = each.flatMap((one) =>
    typeof one === 'function' || one.first === undefined ? [] : [one.first],
  )
  const voiding = each.filter((one) => typeof one === 'function')
  for (const one of [...firsts, ...voiding]) {
    const { result, why = 'it was not made void' } = await one(wait)
    if (result !== 'done') return { result, why }
  }
  return await waitOut(parts, longest)
}

/** Begun anew by whoever takes over: how long ago the predecessor's call began is not known of one that was paused before it. */
async function waitOut(parts: RunnerParts, length: number): Promise<Acted> {
  const until = after(parts.clock(), milliseconds(length))
  while (parts.clock() < until) {
    if (parts.stopping.aborted) return { result: 'unknown', why: 'it was stopped meanwhile' }
    await waitFor(parts, until)
  }
  return { result: 'done' }
}

async function waitFor({ journal, clock, wait, stopping }: RunnerParts, until: Instant): Promise<void> {
  const left = Math.min(until - clock(), longestWait)
  if (left > 0 && !stopping.aborted) await wait(milliseconds(left))
  await journal.renew()
}
