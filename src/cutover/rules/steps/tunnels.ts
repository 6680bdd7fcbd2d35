/** Tunnels from addresses that are to go. They may end by themselves for a while; then a person says whether they are cut (P-66). */
import { after, instant } from '../../../values/time.ts'
import type { Command } from '../command.ts'
import type { AddressText } from '../plan.ts'
import { hasTunnels, type PoolMember } from '../seen.ts'
import { type Looking, setPool } from './step.ts'

/** Undefined where nothing is open on any of them. */
export function stillOpen({ state, seen, now }: Looking, going: readonly AddressText[]): Command | undefined {
  const open = seen.pool.members.filter((each) => going.includes(each.address) && hasTunnels(each))
  if (open.length === 0) return undefined
  const { movedAt = now, lastActAt = now, toCut, plan } = state
  if (open.every(({ address }) => toCut.has(address))) return cut(seen, open)
  const until = instant(Math.max(after(movedAt, plan.terms.drain), after(lastActAt, plan.terms.retry)))
  if (now < until) return { kind: 'wait', until, why: `${tunnelWords(open)} may end by themselves` }
  return {
    ...{ kind: 'ask-person', about: 'tunnels', names: open.map(({ address }) => address), answer: 'release' },
    question: `${tunnelWords(open)} ${isOne(open) ? 'is' : 'are'} open still, and nothing is removed meanwhile. May ${isOne(open) ? 'it' : 'they'} be cut?`,
  }
}

/** What is not drained would have new ones the moment after. */
function cut(seen: Looking['seen'], open: readonly PoolMember[]): Command {
  const running = open.filter(({ mode }) => mode !== 'draining')
  const change = (members: readonly PoolMember[], mode: 'draining' | 'cut'): Command =>
    setPool(
      seen,
      members.map(({ address }) => ({ address, mode })),
      'a person has let their tunnels go',
    )
  return running.length > 0 ? change(running, 'draining') : change(open, 'cut')
}

const isOne = (open: readonly PoolMember[]): boolean => open.length === 1 && open[0]?.tunnels === 1

/** `3 tunnels from 192.0.2.1 and 1 tunnel from 192.0.2.2`. */
const tunnelWords = (open: readonly PoolMember[]): string =>
  open.map(({ address, tunnels }) => `${tunnels} ${tunnels === 1 ? 'tunnel' : 'tunnels'} from ${address}`).join(' and ')
