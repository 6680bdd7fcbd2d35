/** `cutover demo`: the demonstration org moves to other addresses under load, and then the same by hand in the wrong order, to show what that costs. */
import type { RunOutcome } from '../../../cutover/cutover.ts'
import { bindingAdvice, bindingFault } from '../../doctor/addresses.ts'
import { Complaint, complaint } from '../../complaint.ts'
import { listenForStop } from '../../stop-signals.ts'
import { table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { clockWords } from './picture.ts'
import { moveInSafeOrder, type Waits } from './safe-order.ts'
import { newPair, oldPair, openScene } from './scene.ts'
import { noScreen, openScreen } from './screen.ts'
import { watch, type Half, type Onlooking } from './watch.ts'
import { moveByHand } from './wrong-order.ts'

export type DemoFlags = { readonly json?: boolean; readonly quick?: boolean }

type Form = { readonly waits: Waits; readonly customers: number; readonly pause: number; readonly handMs: number }

const forms: Readonly<Record<'whole' | 'quick', Form>> = {
  whole: { waits: { propagation: '6s', watch: '12s' }, customers: 8, pause: 120, handMs: 4000 },
  quick: { waits: { propagation: '1500ms', watch: '1s' }, customers: 2, pause: 150, handMs: 800 },
}

/** Exit 0 only where nothing failed in the safe order, and something did in the wrong one. */
export async function runCutoverDemo(terminal: Terminal, { json, quick }: DemoFlags): Promise<void> {
  await expectAddresses()
  const stopping = new AbortController()
  void listenForStop().requested.then(() => stopping.abort())
  const screen = json === true ? noScreen : openScreen(terminal)
  const form = forms[quick === true ? 'quick' : 'whole']
  const means = { terminal, screen, form, stopping: stopping.signal }
  const safe = await inSafeOrder(means)
  const hand = stopping.signal.aborted ? undefined : await byHand(means)
  if (hand === undefined || stopping.signal.aborted)
    throw complaint('The demonstration was stopped before its end.', 'sallyport cutover demo')
  const isDone = safe.outcome.kind === 'ended' && safe.outcome.how === 'done'
  const shows = isDone && safe.tally.failed === 0 && safe.tally.good > 0 && hand.tally.failed > 0
  if (json === true) terminal.out(JSON.stringify({ held: shows, safe: plain(safe), byHand: plain(hand) }))
  else for (const line of verdict(terminal, { safe, hand })) screen.line(line)
  if (!isDone)
    throw complaint(`The cutover did not come to its end: ${endWords(safe.outcome)}`, 'sallyport cutover demo')
  if (!shows) process.exitCode = 1
}

/** On macOS and others the loopback has one address until told otherwise. */
async function expectAddresses(): Promise<void> {
  const all = [...oldPair, ...newPair]
  const faults = await Promise.all(all.map(bindingFault))
  const missing = all.filter((_, i) => faults[i] !== undefined)
  if (missing.length > 0)
    throw new Complaint([
      { means: `${missing.join(' and ')} cannot be bound on this machine.`, next: missing.flatMap(bindingAdvice) },
    ])
}

type Means = Onlooking & { readonly form: Form }

async function inSafeOrder(means: Means): Promise<Half & { readonly outcome: RunOutcome }> {
  const { screen, form, stopping } = means
  screen.line(`Starting the demonstration org, its gateway and its keeper with ${form.customers} customers …`)
  const scene = await openScene(form)
  try {
    const safe = await moveInSafeOrder(scene, form.waits, stopping)
    const title = 'The demonstration org moves to other addresses, under load'
    const half = await watch(means, { scene, title, done: safe.done, steps: safe.steps })
    return { ...half, outcome: await safe.done }
  } finally {
    await scene.close()
  }
}

async function byHand(means: Means): Promise<Half> {
  const { screen, form } = means
  screen.line('')
  const scene = await openScene(form)
  try {
    const { done, steps } = moveByHand(scene, { pause: form.handMs })
    const title = 'The same by hand on a second copy, in the wrong order'
    return await watch(means, { scene, title, done, steps: async () => await Promise.resolve(steps()) })
  } finally {
    await scene.close()
  }
}

const endWords = (outcome: RunOutcome): string =>
  outcome.kind === 'ended' ? `${outcome.how}: ${outcome.instruction}` : outcome.kind

function verdict({ paint }: Terminal, { safe, hand }: { readonly safe: Half; readonly hand: Half }): string[] {
  const row = (order: string, { tally, tookMs }: Half): string[] => [
    ...['', order, clockWords(tookMs)],
    `${tally.good + tally.failed} redemptions, ${tally.failed} failed`,
  ]
  const [first = '', second = ''] = table([row('in the safe order', safe), row('the list before the gateway', hand)])
  const paintOf = ({ tally }: Half) => (tally.failed === 0 ? paint.green : paint.red)
  return [
    '',
    paintOf(safe)(first),
    paintOf(hand)(second),
    '',
    'The allowlist has no grace: each failed redemption is a customer who is out until somebody mends it.',
  ]
}

const plain = ({ tally, tookMs }: Half) => ({
  ...{ redemptions: tally.good + tally.failed, failed: tally.failed, tookMs: Math.round(tookMs) },
  ...{ failures: Object.fromEntries(tally.failures), from: Object.fromEntries(tally.from) },
})
