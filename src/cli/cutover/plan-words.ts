/** What each step does, and how it is undone, before anything is begun. */
import type { Plan } from '../../cutover/rules/plan.ts'
import { lengthWords, listWords } from './words.ts'

export type StepWords = { readonly name: string; readonly does: string; readonly undone: string }

/** In their order. */
export const stepWords = (plan: Plan): readonly StepWords[] => (plan.by === 'proxies' ? byProxies(plan) : byPool(plan))

function byPool(plan: Plan): readonly StepWords[] {
  const { from, to, terms } = plan
  const [news, olds, wait] = [listWords(to), listWords(from), lengthWords(terms.propagation)]
  return [
    {
      name: 'confirm',
      does: `puts ${news} into the pool on standby, and probes each from itself`,
      undone: 'taking them out of the pool',
    },
    {
      name: 'add',
      does: `adds ${news} to the list, waits ${wait}, and redeems for real from each`,
      undone: takingOut,
    },
    {
      name: 'move',
      does: `lets new tunnels leave from ${news} alone, and drains ${olds}`,
      undone: 'moving back: the old ones are still in the list',
    },
    {
      name: 'prove',
      does: `redeems for real from each again, and waits ${wait}, until nothing leaves from the old ones`,
      undone: 'moving back',
    },
    removal(plan),
  ]
}

/** Nothing is pinned, and nothing counts what is open. */
function byProxies(plan: Plan): readonly StepWords[] {
  const [news, wait] = [listWords(plan.to), lengthWords(plan.terms.propagation)]
  return [
    {
      name: 'confirm',
      does: `calls the echo through the new proxy until ${news} were each seen twice`,
      undone: 'nothing: nothing was changed',
    },
    {
      name: 'add',
      does: `adds ${news} to the list, waits ${wait}, and redeems for real by the new proxy until login history shows each`,
      undone: takingOut,
    },
    {
      name: 'move',
      does: 'sends traffic by the new proxy',
      undone: 'sending it by the old one: its addresses are still in the list',
    },
    {
      name: 'prove',
      does: `redeems for real until each was shown again, and waits ${wait}, and until everybody who redeemed is heard of from the new ones`,
      undone: 'sending it by the old proxy',
    },
    removal(plan),
  ]
}

const takingOut = 'taking them out of the list'

const removal = ({ from, terms }: Plan): StepWords => ({
  name: 'remove',
  does: `takes ${listWords(from)} out of the list, and watches redemptions for ${lengthWords(terms.watch)}`,
  undone: `adding them again, ${lengthWords(terms.propagation)}, a real redemption from each, and moving back`,
})
