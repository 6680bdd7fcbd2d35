/** What people do who are asked: release, want it back, type what they were told, or say so without having done it, or type something else. */
import type { Question } from '../../../src/cutover/rules/command.ts'
import { log, rarely, runner, world, type Move, type Node } from './move.ts'
import { saved, withList } from './world.ts'

export function peopleMoves(node: Node, question: Question): readonly Move[] {
  const back = runner('a person wants it back', log(node, { kind: 'asked', what: 'rollback' }))
  return [...answers(node, question), back]
}

function answers(node: Node, { about, answer, names }: Question): readonly Move[] {
  switch (about) {
    case 'list':
      return confirming(node)
    case 'silent':
      return [runner('a person lets the silent go', log(node, { kind: 'released-silent', names }))]
    case 'tunnels':
      return [runner('a person lets tunnels be cut', log(node, { kind: 'released-tunnels', addresses: names }))]
    case 'pause':
    case 'hold':
      return [runner(`a person says ${answer}`, log(node, { kind: 'asked', what: answer }))]
  }
}

/** Whoever has typed all says so; whoever has not lies, and may yet do it. */
function confirming(node: Node): readonly Move[] {
  const open = node.world.lists.flatMap(({ request }, i) => (request === undefined ? [] : [i]))
  const said = (n: Node): Node => log(n, { kind: 'asked', what: 'confirm' })
  if (open.length === 0) return [runner('a person confirms', said(node))]
  const lying = (n: Node): Node => ({
    ...n,
    world: open.reduce((so, i) => withList(so, i, { request: undefined, promised: so.lists[i]?.request }), n.world),
  })
  return rarely(node, (n) => [runner('a person confirms what they have not typed', said(lying(n)))])
}

/** At any time after they were asked, however late. */
export function typing(node: Node): readonly Move[] {
  return node.world.lists.flatMap(({ request, promised }, i) => {
    const rows = request ?? promised
    if (rows === undefined) return []
    const typed = (n: Node, list: readonly string[]): Node => ({
      ...n,
      world: withList(saved(n.world, i, list), i, { request: undefined, promised: undefined }),
    })
    const { from, to } = node.state.plan
    return [
      world(`a person types ${rows.join()} into ${i}`, typed(node, rows)),
      ...(request === undefined
        ? []
        : rarely(node, (n) =>
            [...from, ...to].map((each) => {
              const other = rows.includes(each) ? rows.filter((one) => one !== each) : [...rows, each].toSorted()
              const mistyped = { ...n, world: { ...n.world, mistyped: true } }
              return world(`a person types ${other.join()} into ${i} instead of ${rows.join()}`, typed(mistyped, other))
            }),
          )),
    ]
  })
}
