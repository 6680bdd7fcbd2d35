/** A journal told as a story: what was done, with what evidence, in sentences. */
import type { Entry } from '../../cutover/rules/journal.ts'
import { appsOf, ofApp, type Plan } from '../../cutover/rules/plan.ts'
import type { Instant } from '../../values/time.ts'
import { actWords, listWords, sentence, stopped } from './words.ts'

export type TaleLine = { readonly at: Instant; readonly text: string }

/** Oldest first. Looks are left out, of which there are hundreds; what is the same several times in a row is told once, with its number. */
export function taleOf(entries: readonly Entry[]): readonly TaleLine[] {
  const plan = entries[0]?.kind === 'planned' ? entries[0].plan : undefined
  const told: { entry: Entry; topic: string; times: number }[] = []
  for (const entry of entries) {
    const topic = topicOf(entry)
    if (topic === undefined) continue
    const before = told.at(-1)
    if (before?.topic === topic) Object.assign(before, { entry, times: before.times + 1 })
    else told.push({ entry, topic, times: 1 })
  }
  return told.flatMap(({ entry, times }) => {
    const text = entryWords(entry, { times, plan })
    return text === undefined ? [] : [{ at: entry.at, text }]
  })
}

/** What of two lines in a row is one thing that happened again. */
function topicOf(entry: Entry): string | undefined {
  switch (entry.kind) {
    case 'intent':
    case 'observed':
      return undefined
    case 'probed':
    case 'redeemed':
      return `${entry.kind} ${entry.address} ${entry.result}`
    case 'watched':
      return entry.before === true ? `watched ${entry.list} before` : entry.kind
    case 'not-observed':
      return entry.kind
    case 'planned':
    case 'took-over':
    case 'acted':
    case 'asked':
    case 'released-silent':
    case 'released-tunnels':
    case 'turned':
    case 'ended':
      return JSON.stringify(entry)
  }
}

const tried = {
  probed: { success: 'is live', refused: 'is not live', unclear: 'may be live or not', spent: '' },
  redeemed: {
    success: 'redeemed for real, and was admitted',
    refused: 'was refused by the allowlist',
    unclear: 'redeemed, and nobody can tell how it went',
    spent: 'could not redeem: the canary is of no more use',
  },
} as const

const results: Readonly<Record<string, string>> = {
  stale: 'It was changed meanwhile, so nothing was done',
  refused: 'It was refused',
  unknown: 'No answer came',
}

type Telling = { readonly times: number; readonly plan: Plan | undefined }

function entryWords(entry: Entry, { times, plan }: Telling): string | undefined {
  switch (entry.kind) {
    case 'intent':
    case 'observed':
      return undefined
    case 'planned':
      return `Planned: ${appsOf(entry.plan)} from ${listWords(entry.plan.from)} to ${listWords(entry.plan.to)}.`
    case 'took-over':
      return entry.fence === 1 ? `Begun by ${entry.runner}.` : `Taken over by ${entry.runner}.`
    case 'not-observed':
      return `Nothing could be seen${times === 1 ? '' : `, ${times} times in a row`}: ${stopped(entry.why)}`
    case 'acted': {
      const { act, result, why = 'no reason was given' } = entry
      if (result === 'done') return sentence(actWords(act, 'done', plan))
      if (result === 'asked')
        return `${sentence(`Wanted to ${actWords(act, 'to do', plan)}`)} A person was asked to do it.`
      return `${sentence(`Wanted to ${actWords(act, 'to do', plan)}`)} ${results[result] ?? `It ended ${result}`}: ${stopped(why)}`
    }
    case 'probed':
    case 'redeemed':
      return `${entry.address} ${tried[entry.kind][entry.result]}${times === 1 ? '' : `, ${times} times in a row; the last time`}: ${stopped(entry.evidence)}`
    case 'watched':
      if (entry.before === true) return beforeWords(entry, plan)
      return `Of ${entry.attempts} redemptions since the removal ${entry.successes} went well; the list refused ${entry.refused}.`
    case 'turned':
      return `Turned back: ${stopped(entry.why)}`
    case 'asked':
      return `A person said: ${entry.what}.`
    case 'released-silent':
      return `A person let these go: ${entry.names.join(', ')}.`
    case 'released-tunnels':
      return `A person lets the tunnels from ${listWords(entry.addresses)} be cut.`
    case 'ended':
      return `Ended, ${entry.how}: ${stopped(entry.instruction)}`
  }
}

function beforeWords(counted: Entry & { readonly kind: 'watched' }, plan: Plan | undefined): string {
  const { attempts, successes, refused, whole, list } = counted
  const whose = plan === undefined ? '' : ofApp(plan, list)
  if (!whole) return `Nobody could count how redemptions${whose} went before the move.`
  const all = attempts - refused
  if (all === 0) return `No redemption${whose} was seen before the move, with which what follows could be compared.`
  return `Before the move ${successes} of ${all} redemptions${whose} went well: what follows is compared with that.`
}
