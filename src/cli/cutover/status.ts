/** `cutover status`, and what a person may ask of a cutover that runs. */
import type { Entry } from '../../cutover/rules/journal.ts'
import { isoText, instant } from '../../values/time.ts'
import { complaint } from '../complaint.ts'
import type { Terminal } from '../terminal.ts'
import { cutoversOf, type CutoverFlags } from './place.ts'
import { proofsIn } from './proofs.ts'
import { entryLine } from './words.ts'

export async function showStatus(terminal: Terminal, id: string | undefined, flags: CutoverFlags): Promise<void> {
  const cutovers = await cutoversOf(terminal, flags)
  try {
    const view = await cutovers.view(id)
    if (view === undefined)
      throw complaint(
        id === undefined ? 'No cutover was ever begun here.' : `There is no cutover ${id}.`,
        'sallyport cutover plan FILE',
      )
    const { about, entries, state } = view
    if (flags.json === true) {
      const { plan, direction, ended, held, paused, listed } = state
      return terminal.out(
        JSON.stringify({
          ...about,
          plan,
          direction,
          ended: ended ?? null,
          held,
          paused,
          listed,
          entries: entries.length,
          proofs: proofsIn(entries),
        }),
      )
    }
    for (const entry of entries) {
      const line = entryLine(entry)
      if (line !== undefined) terminal.out(line)
    }
    const by =
      about.holder === null
        ? 'nobody runs it'
        : `run by ${about.holder}, whose lease ends ${isoText(instant(about.until))}`
    terminal.out(`${about.id}: ${state.ended?.how ?? `under way ${state.direction}`}, ${by}`)
  } finally {
    await cutovers.close()
  }
}

export type Asking = (Entry & { readonly kind: 'asked' })['what']

/** The runner reads it before its next step. */
export async function askCutover(
  terminal: Terminal,
  { what, id }: { readonly what: Asking; readonly id: string | undefined },
  flags: CutoverFlags,
): Promise<void> {
  const cutovers = await cutoversOf(terminal, flags)
  try {
    const view = await cutovers.view(id)
    if (view === undefined) throw complaint('There is no such cutover.', 'sallyport cutover status')
    await cutovers.ask(view.about.id, what)
    const silent = view.state.seen?.silent ?? []
    if (what === 'release' && silent.length > 0) await cutovers.releaseSilent(view.about.id, silent)
    terminal.out(`${view.about.id}: ${what}`)
  } finally {
    await cutovers.close()
  }
}
