/** A cutover in plain words. */
import type { Command } from '../../cutover/rules/command.ts'
import type { Act, Entry } from '../../cutover/rules/journal.ts'
import { isoText, type Instant } from '../../values/time.ts'

/** Undefined for what nobody wants to read each time. */
export function commandLine(command: Command): string | undefined {
  switch (command.kind) {
    case 'observe':
      return undefined
    case 'act':
      return `${actWords(command.act)}: ${command.why}`
    case 'probe':
      return `is ${command.address} live?`
    case 'redeem':
      return `a real redemption from ${command.address}`
    case 'watch':
      return 'how did redemptions go since the removal?'
    case 'wait':
      return `until ${clockTime(command.until)}: ${command.why}`
    case 'ask-person':
      return undefined
    case 'turn':
      return `back to where it was: ${command.why}`
    case 'end':
      return undefined
  }
}

export function actWords(act: Act): string {
  switch (act.kind) {
    case 'save-list':
      return [
        ...(act.add.length > 0 ? [`add ${act.add.join(' and ')} to the list`] : []),
        ...(act.remove.length > 0 ? [`take ${act.remove.join(' and ')} out of the list`] : []),
      ].join(', ')
    case 'set-pool':
      return act.modes
        .map(({ address, mode }) => `${address} ${mode === 'absent' ? 'leaves the pool' : `becomes ${mode}`}`)
        .join(', ')
    case 'invalidate':
      return 'make void what an earlier runner may still be writing'
  }
}

/** Undefined for looks, of which there are hundreds. */
export function entryLine(entry: Entry): string | undefined {
  const words = entryWords(entry)
  return words === undefined ? undefined : `${isoText(entry.at)} ${words}`
}

function entryWords(entry: Entry): string | undefined {
  switch (entry.kind) {
    case 'planned':
      return `planned: ${entry.plan.app} from ${entry.plan.from.join(' and ')} to ${entry.plan.to.join(' and ')}`
    case 'took-over':
      return `runner ${entry.runner} took over (${entry.fence})`
    case 'intent':
    case 'observed':
      return undefined
    case 'not-observed':
      return `nothing could be seen: ${entry.why}`
    case 'acted':
      return `${actWords(entry.act)}: ${entry.result}${entry.why === undefined ? '' : ` (${entry.why})`}`
    case 'probed':
      return `probe of ${entry.address}: ${entry.result}. ${entry.evidence}`
    case 'redeemed':
      return `redemption from ${entry.address}: ${entry.result}. ${entry.evidence}`
    case 'watched':
      return `${entry.successes} of ${entry.attempts} redemptions went well since the removal, ${entry.refused} refused by the list`
    case 'turned':
      return `turned back: ${entry.why}`
    case 'asked':
      return `a person asked: ${entry.what}`
    case 'released-silent':
      return `a person let go: ${entry.names.join(', ')}`
    case 'ended':
      return `${entry.how}: ${entry.instruction}`
  }
}

const clockTime = (at: Instant): string => isoText(at).slice(11, 19)
