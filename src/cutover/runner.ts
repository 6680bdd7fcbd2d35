/** Runs a cutover: asks the rules what is next, writes down that it is meant, does it, writes down what came of it, and asks again. It may be killed
 *  anywhere: whoever takes over reads the journal, looks at the world, and goes on. */
import type { Clock } from '../values/domain.ts'
import { milliseconds, type Duration, type Instant } from '../values/time.ts'
import type { OpenJournal } from './journal.ts'
import { look } from './look.ts'
import type { Acted, CutoverPorts } from './ports.ts'
import type { Command } from './rules/command.ts'
import type { Act, Ending, Entry } from './rules/journal.ts'
import { changedRows } from './rules/list-change.ts'
import { next } from './rules/next.ts'
import { stateOf, type State } from './rules/state.ts'

/** `waiting`: a person has to say something first. */
export type RunEnd =
  | { readonly kind: 'ended'; readonly how: Ending; readonly instruction: string }
  | { readonly kind: 'waiting'; readonly question: string }
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
  while (!stopping.aborted) {
    const state = stateOf(await journal.read())
    const command = next(state, clock())
    parts.tell(command, state)
    const end = await carryOut(parts, state, command)
    if (end !== undefined) return end
  }
  return { kind: 'stopped' }
}

async function carryOut(parts: RunnerParts, state: State, command: Command): Promise<RunEnd | undefined> {
  switch (command.kind) {
    case 'ask-person':
      return { kind: 'waiting', question: command.question }
    case 'end':
      if (state.ended === undefined)
        await note(parts, { kind: 'ended', how: command.how, instruction: command.instruction })
      return { kind: 'ended', how: command.how, instruction: command.instruction }
    case 'wait':
      await waitFor(parts, command.until)
      return undefined
    case 'observe':
      await observe(parts, state)
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
async function* doing({ ports }: RunnerParts, state: State, command: Doing): AsyncGenerator<Said> {
  switch (command.kind) {
    case 'act':
      yield { kind: 'intent', act: command.act }
      yield { kind: 'acted', act: command.act, ...(await act(ports, state, command.act)) }
      break
    case 'probe':
      yield { kind: 'probed', address: command.address, ...(await ports.traffic.probe(command.address).catch(unclear)) }
      break
    case 'redeem':
      yield {
        ...{ kind: 'redeemed' as const, address: command.address },
        ...(await ports.canary.redeem(command.address).catch(unclear)),
      }
      break
    case 'watch':
      yield { kind: 'watched', ...(await ports.allowlist.redemptions(command.since).catch(none)) }
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
const none = (): { attempts: number; successes: number; refused: number } => ({ attempts: 0, successes: 0, refused: 0 })

/** A look that brought nothing is written as such: patience is counted in lines of the journal. */
async function observe({ ports, journal, clock, wait }: RunnerParts, state: State): Promise<void> {
  try {
    await journal.write({ at: clock(), kind: 'observed', seen: await look(ports, state, clock) })
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'FencedOff') throw cause
    await journal.write({
      at: clock(),
      kind: 'not-observed',
      why: cause instanceof Error ? cause.message : String(cause),
    })
    await wait(milliseconds(Math.min(state.plan.terms.retry, longestWait)))
  }
}

/** Whatever is thrown on the way leaves unknown whether it was done. */
async function act(ports: CutoverPorts, { plan }: State, what: Act): Promise<Acted> {
  try {
    switch (what.kind) {
      case 'save-list': {
        const { rows, version } = await ports.allowlist.read()
        if (version !== what.expects) return { result: 'stale' }
        const changed = changedRows(rows, { ...what, description: `Sallyport: ${plan.app}` })
        if (!changed.ok) return { result: 'refused', why: changed.fault.map(({ message }) => message).join(' ') }
        return await ports.allowlist.save(changed.value.rows, version)
      }
      case 'set-pool':
        return await ports.traffic.set(what.modes, what.expects)
      case 'invalidate': {
        const list = await ports.allowlist.invalidate()
        return list.result === 'done' ? await ports.traffic.invalidate() : list
      }
    }
  } catch (cause) {
    return { result: 'unknown', why: cause instanceof Error ? cause.message : String(cause) }
  }
}

async function waitFor({ journal, clock, wait, stopping }: RunnerParts, until: Instant): Promise<void> {
  const left = Math.min(until - clock(), longestWait)
  if (left > 0 && !stopping.aborted) await wait(milliseconds(left))
  await journal.renew()
}
