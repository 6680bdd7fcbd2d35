/** Everything that can happen next: what the runner does, with each way in which it may end, and what the world does of itself. */
import type { Act, Entry } from '../../../src/cutover/rules/journal.ts'
import type { Command } from '../../../src/cutover/rules/command.ts'
import { next } from '../../../src/cutover/rules/next.ts'
import { beginning, withEntry, type State } from '../../../src/cutover/rules/state.ts'
import { instant } from '../../../src/values/time.ts'
import { carryOut, exposed, listSeen, plan, saved, seenOf, trafficIn, type World } from './world.ts'

export type Node = { readonly state: State; readonly world: World }
/** `by`: whose doing it is; what the world does of itself may expose traffic, what a runner does may not. */
/** Whoever acts on what somebody else changes in the same moment is not to blame: no two systems change as one. */
export type Move = { readonly what: string; readonly by: 'runner' | 'world'; readonly to: Node }

export function start(world: World): Node {
  const begun = beginning(plan, listSeen(world))
  return { state: withEntry(begun, { at: instant(world.now), kind: 'took-over', fence: 1, runner: 'first' }), world }
}

type EntryBody = Entry extends infer E ? (E extends Entry ? Omit<E, 'at'> : never) : never

export type Next = typeof next

export function movesOf(node: Node, decide: Next = next): readonly Move[] {
  const command = decide(node.state, instant(node.world.now))
  if (command.kind === 'end' && node.state.ended !== undefined) return afterTheEnd(node)
  return [...runnerMoves(node, command), ...worldMoves(node)]
}

const log = ({ state, world }: Node, ...bodies: readonly EntryBody[]): Node => ({
  world,
  state: bodies.reduce((so, body) => withEntry(so, { at: instant(world.now), ...body }), state),
})
const runner = (what: string, to: Node): Move => ({ what, by: 'runner', to })
const world = (what: string, to: Node): Move => ({ what, by: 'world', to })
const trouble = (node: Node): Node => ({ ...node, world: { ...node.world, troubles: node.world.troubles - 1 } })

function runnerMoves(node: Node, command: Command): readonly Move[] {
  switch (command.kind) {
    case 'observe':
      return [
        runner('observe', looked(node, true)),
        ...rarely(node, (n) => [
          runner('observe half', looked(n, false)),
          runner('nobody answers', log(n, { kind: 'not-observed', why: '' })),
        ]),
      ]
    case 'act':
      return actMoves(node, command.act)
    case 'probe': {
      const { address } = command
      const result = node.world.dead.includes(address) ? 'refused' : 'success'
      const probed = (n: Node, how: 'success' | 'refused' | 'unclear'): Node =>
        log(n, { kind: 'probed', address, result: how, evidence: '' })
      return [
        runner(`probe ${address}`, probed(node, result)),
        ...rarely(node, (n) => [runner(`probe ${address} unclear`, probed(n, 'unclear'))]),
      ]
    }
    case 'redeem':
      return redeemMoves(node, command.address)
    case 'watch': {
      const bad = exposed(node.world).length > 0
      const seen = (attempts: number): Node =>
        log(node, { kind: 'watched', attempts, successes: bad ? 0 : attempts, refused: bad ? attempts : 0 })
      return [runner('watch', seen(10)), runner('watch without traffic', seen(0))]
    }
    case 'wait':
      return [runner(`wait: ${command.why}`, waited(node, command.until))]
    case 'ask-person':
      return [
        runner(
          'a person releases it',
          log(
            node,
            { kind: 'asked', what: 'continue' },
            { kind: 'asked', what: 'release' },
            { kind: 'released-silent', names: node.world.silent },
          ),
        ),
        runner('a person wants it back', log(node, { kind: 'asked', what: 'rollback' })),
      ]
    case 'turn':
      return [runner(`turn: ${command.why}`, log(node, { kind: 'turned', why: command.why }))]
    case 'end':
      return [
        runner(
          `end: ${command.how}: ${command.instruction}`,
          log(node, { kind: 'ended', how: command.how, instruction: command.instruction }),
        ),
      ]
  }
}

function looked(node: Node, whole: boolean): Node {
  const { edits } = node.world
  return log(
    { ...node, world: { ...node.world, editsSeen: edits, unseenDead: [] } },
    { kind: 'observed', seen: seenOf(node.world, whole) },
  )
}

const rarely = (node: Node, moves: (node: Node) => readonly Move[]): readonly Move[] =>
  node.world.troubles > 0 ? moves(trouble(node)) : []

function waited(node: Node, until: number): Node {
  const now = Math.max(node.world.now, until)
  const used = Object.fromEntries(trafficIn(node.world).map((each) => [each, now]))
  const passed = { ...node.world, now, usedAt: { ...node.world.usedAt, ...used } }
  const isDue = !passed.slow && now - passed.savedAt >= plan.terms.propagation
  return { ...node, world: isDue ? { ...passed, inForce: passed.list } : passed }
}

function redeemMoves(node: Node, address: string): readonly Move[] {
  const { dead, inForce } = node.world
  const result = dead.includes(address) ? 'unclear' : inForce.includes(address) ? 'success' : 'refused'
  const redeemed = (n: Node, how: 'success' | 'refused' | 'unclear' | 'spent'): Node =>
    log(n, { kind: 'redeemed', address, result: how, evidence: how })
  return [
    runner(`redeem from ${address}: ${result}`, redeemed(node, result)),
    ...rarely(node, (n) => [
      runner(`redeem from ${address}: lost reply`, redeemed(n, 'unclear')),
      runner(`redeem from ${address}: canary spent`, redeemed(n, 'spent')),
    ]),
  ]
}

/** The intent, the act, what is written of it; killed or paused between each of them. */
function actMoves(node: Node, act: Act): readonly Move[] {
  const meant = log(node, { kind: 'intent', act })
  const did = carryOut(node.world, act)
  const ended = (n: Node, after: World, result: 'done' | 'stale' | 'refused' | 'unknown'): Node =>
    log({ ...n, world: after }, { kind: 'acted', act, result })
  const name = nameOf(act)
  return [
    runner(name, ended(meant, did.world, did.result)),
    ...rarely(meant, (n) => {
      const done = carryOut(n.world, act)
      return [
        runner(`${name}: refused`, ended(n, n.world, 'refused')),
        runner(`${name}: reply lost, done`, ended(n, done.world, 'unknown')),
        runner(`${name}: reply lost, not done`, ended(n, n.world, 'unknown')),
        ...(act.kind === 'save-list' ? [runner(`${name}: does not take`, ended(n, touched(n.world), 'done'))] : []),
        runner(`${name}: killed before`, takeover(n)),
        runner(
          `${name}: paused before`,
          takeover({ ...n, world: { ...n.world, late: act, lateEdits: n.world.editsSeen } }),
        ),
        runner(`${name}: killed after`, takeover({ ...n, world: done.world })),
      ]
    }),
  ]
}

const touched = (w: World): World => ({ ...w, listVersion: w.listVersion + 1 })

const nameOf = (act: Act): string => {
  if (act.kind === 'save-list') return `save +${act.add.join('')} -${act.remove.join('')}`
  if (act.kind === 'set-pool') return `pool ${act.modes.map(({ address, mode }) => `${address}=${mode}`).join(' ')}`
  return 'invalidate'
}

const takeover = (node: Node): Node => log(node, { kind: 'took-over', fence: node.state.fence + 1, runner: 'next' })

function worldMoves(node: Node): readonly Move[] {
  const w = node.world
  const moves: Move[] = []
  if (w.inForce !== w.list && w.inForce.join() !== w.list.join())
    moves.push(world('the list is in force', { ...node, world: { ...w, inForce: w.list, slow: false } }))
  for (const [address, member] of Object.entries(w.pool))
    if (member.tunnels > 0 && member.mode !== 'active') {
      const pool = { ...w.pool, [address]: { ...member, tunnels: 0 as const } }
      moves.push(world(`tunnels from ${address} end`, { ...node, world: { ...w, pool } }))
    }
  if (w.late !== undefined) {
    const did = carryOut(w, w.late)
    // it is a runner's doing, however late it comes
    moves.push(
      runner(`the paused runner wakes: ${nameOf(w.late)}`, { ...node, world: { ...did.world, late: undefined } }),
    )
  }
  return [...moves, ...rarely(node, troublesOf)]
}

function troublesOf(node: Node): readonly Move[] {
  const w = node.world
  const edit = (list: readonly string[]): Node => ({ ...node, world: { ...saved(w, list), edits: w.edits + 1 } })
  return [
    ...w.list.map((each) => world(`somebody removes ${each}`, edit(w.list.filter((one) => one !== each)))),
    world('somebody changes another range', { ...node, world: { ...touched(w), others: w.others + 1 } }),
    ...Object.keys(w.pool)
      .filter((each) => !w.dead.includes(each))
      .map((each) =>
        world(`${each} dies`, {
          ...node,
          world: { ...w, dead: [...w.dead, each], unseenDead: [...w.unseenDead, each] },
        }),
      ),
    ...(w.inForce.join() === w.list.join()
      ? []
      : [world('the list takes long', { ...node, world: { ...w, slow: true } })]),
    world('a second runner takes over', takeover(node)),
    ...(['hold', 'pause', 'abort', 'rollback'] as const).map((what) =>
      world(`a person asks: ${what}`, log(node, { kind: 'asked', what })),
    ),
    ...(w.silent.length === 0 ? [world('somebody is silent', { ...node, world: { ...w, silent: ['weekly'] } })] : []),
  ]
}

/** A rollback works after completion too, and a halt is gone on from. */
function afterTheEnd(node: Node): readonly Move[] {
  const { ended } = node.state
  const { troubles } = node.world
  if (troubles === 0) return []
  if (ended?.how === 'done')
    return [world('a person asks: rollback', log(trouble(node), { kind: 'asked', what: 'rollback' }))]
  if (ended?.how === 'halted') return [world('a person runs it again', takeover(trouble(node)))]
  return []
}
