/** Everything that can happen next: what the runner does, with each way in which it may end, and what the world does of itself. */
import type { Act } from '../../../src/cutover/rules/journal.ts'
import type { Command } from '../../../src/cutover/rules/command.ts'
import { next } from '../../../src/cutover/rules/next.ts'
import { beginning, withEntry, type State } from '../../../src/cutover/rules/state.ts'
import { instant } from '../../../src/values/time.ts'
import type { Plan } from '../../../src/cutover/rules/plan.ts'
import { log, rarely, runner, trouble, world, type Move, type Node } from './move.ts'
import { peopleMoves, typing } from './people.ts'
import { carryOut, exposed, listSeen, saved, seenOf, trafficIn, withList, type ListWorld, type World } from './world.ts'

export function start(at: World, plan: Plan): Node {
  const begun = beginning({
    plan,
    lists: at.lists.map((each) => listSeen(each)),
    pool: Object.entries(at.pool).map(([address, { mode }]) => ({ address, mode })),
  })
  return { state: withEntry(begun, { at: instant(at.now), kind: 'took-over', fence: 1, runner: 'first' }), world: at }
}

export type Next = typeof next

export function movesOf(node: Node, decide: Next = next): readonly Move[] {
  const command = decide(node.state, instant(node.world.now))
  if (command.kind === 'end' && node.state.ended !== undefined) return afterTheEnd(node)
  return [...runnerMoves(node, command), ...worldMoves(node)]
}

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
      return redeemMoves(node, command)
    case 'watch':
      return watchMoves(node, command)
    case 'wait':
      return [runner(`wait: ${command.why}`, waited(node, command.until))]
    case 'ask-person':
      return peopleMoves(node, command)
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

/** Whoever fails for a cause of his own does so before and after; or begins with it. */
function watchMoves(node: Node, { list, before }: Command & { readonly kind: 'watch' }): readonly Move[] {
  const bad = !before && exposed(node.world).length > 0
  const seen = (n: Node, attempts: number, whole = true): Node => {
    const successes = bad ? 0 : Math.max(0, attempts - n.world.failing)
    const counts = { attempts, successes, refused: bad ? attempts : 0, whole }
    return log(n, { kind: 'watched', list, ...(before ? { before } : {}), ...counts })
  }
  const failing = (n: Node): Node => ({ ...n, world: { ...n.world, failing: n.world.failing + 10 } })
  const what = before ? 'watch before' : 'watch'
  const quiet = (n: Node): Move => runner(`${what} without traffic`, seen(n, 0))
  return [
    runner(what, seen(node, 100)),
    ...(before ? [] : [quiet(node)]),
    ...rarely(node, (n) => [
      ...(before ? [quiet(n)] : []),
      runner(`${what}, not whole`, seen(n, 0, false)),
      runner(`${what}: a client fails for another cause`, seen(failing(n), 100)),
    ]),
  ]
}

function looked(node: Node, whole: boolean): Node {
  const { edits } = node.world
  return log(
    { ...node, world: { ...node.world, editsSeen: edits, unseenDead: [] } },
    { kind: 'observed', seen: seenOf(node.world, claimsOf(node), whole) },
  )
}

function waited(node: Node, until: number): Node {
  const now = Math.max(node.world.now, until)
  const used = Object.fromEntries(trafficIn(node.world).map((each) => [each, now]))
  const passed = { ...node.world, now, usedAt: { ...node.world.usedAt, ...used } }
  const { propagation, watch } = node.state.plan.terms
  const lists = passed.lists.map((each) =>
    now - each.savedAt >= (each.slow ? slowest(each, watch) : propagation) ? { ...each, inForce: each.list } : each,
  )
  return { ...node, world: { ...passed, lists } }
}

/** Of what a person types nobody can see whether it was saved; it is in force before the watch is over. */
const slowest = ({ kind }: ListWorld, watch: number): number => (kind === 'typed' ? watch : Infinity)

function redeemMoves(
  node: Node,
  { address, list }: { readonly address: string; readonly list: number },
): readonly Move[] {
  const { dead, lists, pool } = node.world
  const isReached = !dead.includes(address) && address in pool && pool[address]?.mode !== 'draining'
  const result = isReached ? (lists[list]?.inForce.includes(address) === true ? 'success' : 'refused') : 'unclear'
  const redeemed = (n: Node, how: 'success' | 'refused' | 'unclear' | 'spent'): Node =>
    log(n, { kind: 'redeemed', list, address, result: how, evidence: how })
  return [
    runner(`redeem from ${address} for ${list}: ${result}`, redeemed(node, result)),
    ...rarely(node, (n) => [
      runner(`redeem from ${address}: lost reply`, redeemed(n, 'unclear')),
      runner(`redeem from ${address}: canary spent`, redeemed(n, 'spent')),
    ]),
  ]
}

type Result = 'done' | 'stale' | 'refused' | 'unknown'

/** The intent, the act, what is written of it; killed or paused between each of them. What a person does is no call that could be paused. */
function actMoves(node: Node, act: Act): readonly Move[] {
  const meant = log(node, { kind: 'intent', act })
  const did = carryOut(node.world, act, claimsOf(node))
  const isTyped = did.result === 'asked'
  const ended = (n: Node, after: World, result: Result): Node =>
    log({ ...n, world: after }, { kind: 'acted', act, result })
  const name = nameOf(act)
  return [
    runner(name, isTyped ? asked(meant, did, act) : ended(meant, did.world, did.result)),
    ...rarely(meant, (n) => {
      const done = carryOut(n.world, act, claimsOf(n))
      const late = { ...n.world, late: act, lateEdits: n.world.editsSeen }
      return [
        runner(`${name}: refused`, ended(n, n.world, 'refused')),
        runner(`${name}: reply lost, done`, ended(n, done.world, 'unknown')),
        runner(`${name}: reply lost, not done`, ended(n, n.world, 'unknown')),
        ...(isTyped ? [] : [runner(`${name}: reply lost, done late`, ended(n, late, 'unknown'))]),
        ...(act.kind === 'save-list' && !isTyped
          ? [runner(`${name}: does not take`, ended(n, touched(n.world, act.list), 'done'))]
          : []),
        runner(`${name}: killed before`, takeover(n)),
        ...(isTyped ? [] : [runner(`${name}: paused before`, takeover({ ...n, world: late }))]),
        runner(`${name}: killed after`, takeover({ ...n, world: done.world })),
      ]
    }),
  ]
}

function asked(node: Node, did: ReturnType<typeof carryOut> & { readonly result: 'asked' }, act: Act): Node {
  if (act.kind !== 'save-list') throw new Error('only lists are asked for')
  const rows = did.rows.map((each) => ({ start: each, end: each }))
  return log({ ...node, world: did.world }, { kind: 'acted', act, result: 'asked', why: 'type it', rows })
}

const claimsOf = ({ state }: Node): State['lists'][number]['claim'][] => state.lists.map(({ claim }) => claim)

const touched = (w: World, list: number): World => withList(w, list, { version: (w.lists[list]?.version ?? 0) + 1 })

const nameOf = (act: Act): string => {
  if (act.kind === 'save-list') return `save ${act.list} +${act.add.join('')} -${act.remove.join('')}`
  if (act.kind === 'set-pool') return `pool ${act.modes.map(({ address, mode }) => `${address}=${mode}`).join(' ')}`
  return 'invalidate'
}

export const takeover = (node: Node): Node =>
  log(node, { kind: 'took-over', fence: node.state.fence + 1, runner: 'next' })

function worldMoves(node: Node): readonly Move[] {
  const w = node.world
  const moves: Move[] = []
  for (const [i, { inForce, list }] of w.lists.entries())
    if (inForce.join() !== list.join())
      moves.push(world(`the list ${i} is in force`, { ...node, world: withList(w, i, { inForce: list, slow: false }) }))
  moves.push(...typing(node))
  for (const [address, member] of Object.entries(w.pool))
    if (member.tunnels > 0 && member.mode !== 'active') {
      const pool = { ...w.pool, [address]: { ...member, tunnels: 0 as const } }
      moves.push(world(`tunnels from ${address} end`, { ...node, world: { ...w, pool } }))
    }
  if (w.late !== undefined) {
    const did = carryOut(w, w.late, claimsOf(node))
    // it is a runner's doing, however late it comes
    moves.push(
      runner(`the paused runner wakes: ${nameOf(w.late)}`, { ...node, world: { ...did.world, late: undefined } }),
    )
  }
  return [...moves, ...rarely(node, troublesOf)]
}

function troublesOf(node: Node): readonly Move[] {
  const w = node.world
  const edit = (i: number, list: readonly string[]): Node => ({
    ...node,
    world: { ...saved(w, i, list), edits: w.edits + 1 },
  })
  return [
    ...w.lists.flatMap(({ kind, list, others, inForce }, i) => [
      ...(kind === 'read'
        ? [
            ...list.map((each) =>
              world(
                `somebody removes ${each} from ${i}`,
                edit(
                  i,
                  list.filter((one) => one !== each),
                ),
              ),
            ),
            world(`somebody changes another range of ${i}`, {
              ...node,
              world: withList(touched(w, i), i, { others: others + 1 }),
            }),
          ]
        : []),
      ...(inForce.join() === list.join()
        ? []
        : [
            world(`the list ${i} takes long`, {
              ...node,
              world: withList(w, i, { slow: true }),
            }),
          ]),
    ]),
    ...Object.keys(w.pool)
      .filter((each) => !w.dead.includes(each))
      .map((each) =>
        world(`${each} dies`, {
          ...node,
          world: { ...w, dead: [...w.dead, each], unseenDead: [...w.unseenDead, each] },
        }),
      ),
    world('a second runner takes over', takeover(node)),
    ...(['hold', 'pause', 'abort', 'rollback'] as const).map((what) =>
      world(`a person asks: ${what}`, log(node, { kind: 'asked', what })),
    ),
    ...(w.silent.length === 0 ? [world('somebody is silent', { ...node, world: { ...w, silent: ['weekly'] } })] : []),
  ]
}

/** A rollback works after any end, also where it was asked for before, and a halt is gone on from. */
function afterTheEnd(node: Node): readonly Move[] {
  const { ended } = node.state
  const { troubles } = node.world
  if (troubles === 0) return []
  const wanted = log(trouble(node), { kind: 'asked', what: 'rollback' })
  return [
    ...(ended?.how === 'rolled-back' ? [] : [world('a person asks: rollback', takeover(wanted))]),
    ...(ended?.how === 'halted' ? [world('a person runs it again', takeover(trouble(node)))] : []),
  ]
}
