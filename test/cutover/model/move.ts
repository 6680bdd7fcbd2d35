/** A place in the model, a move from one to another, and how both are written down. */
import type { Entry } from '../../../src/cutover/rules/journal.ts'
import { withEntry, type State } from '../../../src/cutover/rules/state.ts'
import { instant } from '../../../src/values/time.ts'
import type { World } from './world.ts'

export type Node = { readonly state: State; readonly world: World }
/** `by`: whose doing it is; what the world does of itself may expose traffic, what a runner does may not. Whoever acts on what somebody else changes in the same moment is not to blame: no two systems change as one. */
export type Move = { readonly what: string; readonly by: 'runner' | 'world'; readonly to: Node }

type EntryBody = Entry extends infer E ? (E extends Entry ? Omit<E, 'at'> : never) : never

export const log = ({ state, world }: Node, ...bodies: readonly EntryBody[]): Node => ({
  world,
  state: bodies.reduce((so, body) => withEntry(so, { at: instant(world.now), ...body }), state),
})
export const runner = (what: string, to: Node): Move => ({ what, by: 'runner', to })
export const world = (what: string, to: Node): Move => ({ what, by: 'world', to })
export const trouble = (node: Node): Node => ({ ...node, world: { ...node.world, troubles: node.world.troubles - 1 } })

export const rarely = (node: Node, moves: (node: Node) => readonly Move[]): readonly Move[] =>
  node.world.troubles > 0 ? moves(trouble(node)) : []
