/** A cutover in plain words. */
import type { Act, PoolChange } from '../../cutover/rules/journal.ts'
import { ofApp, type Plan } from '../../cutover/rules/plan.ts'
import { isoText, type Duration, type Instant } from '../../values/time.ts'

/** Where the plan is given, a list is called by its app if there are several. To be done, or done: `add 192.0.2.1 to the list`, `added 192.0.2.1 to the list`. */
export function actWords(act: Act, tense: 'to do' | 'done' = 'to do', plan?: Plan): string {
  switch (act.kind) {
    case 'save-list': {
      const list = `the list${plan === undefined ? '' : ofApp(plan, act.list)}`
      return [
        ...(act.add.length > 0 ? [`${tense === 'done' ? 'added' : 'add'} ${listWords(act.add)} to ${list}`] : []),
        ...(act.remove.length > 0
          ? [`${tense === 'done' ? 'took' : 'take'} ${listWords(act.remove)} out of ${list}`]
          : []),
      ].join(', ')
    }
    case 'set-pool':
      return plan?.by === 'proxies' ? proxyWords(act, tense) : poolWords(act, tense)
    case 'invalidate':
      return `${tense === 'done' ? 'made' : 'make'} void what was begun and not answered`
  }
}

type PoolWords = (addresses: string, tense: 'to do' | 'done') => string
const poolModes: Readonly<Record<PoolChange[number]['mode'], PoolWords>> = {
  active: (addresses) => `let new traffic leave from ${addresses}`,
  standby: (addresses) => `put ${addresses} into the pool on standby`,
  draining: (addresses, tense) => `${tense === 'done' ? 'drained' : 'drain'} ${addresses}`,
  cut: (addresses) => `cut what is open on ${addresses}`,
  absent: (addresses, tense) => `${tense === 'done' ? 'took' : 'take'} ${addresses} out of the pool`,
}

/** What goes the same way is said together. */
function poolWords({ modes }: Act & { readonly kind: 'set-pool' }, tense: 'to do' | 'done'): string {
  const said = [...new Set(modes.map(({ mode }) => mode))].map((mode) => {
    const addresses = modes.filter((each) => each.mode === mode).map(({ address }) => address)
    return poolModes[mode](listWords(addresses), tense)
  })
  return said.join(', ')
}

/** Of two proxies one has all, however the change is said. */
function proxyWords({ modes }: Act & { readonly kind: 'set-pool' }, tense: 'to do' | 'done'): string {
  const entering = modes.filter(({ mode }) => mode === 'active').map(({ address }) => address)
  const leaving = modes.map(({ address }) => address)
  const send = tense === 'done' ? 'sent' : 'send'
  return entering.length > 0
    ? `${send} traffic by the proxy of ${listWords(entering)}`
    : `${send} no more traffic by the proxy of ${listWords(leaving)}`
}

export const clockTime = (at: Instant): string => isoText(at).slice(11, 19)

/** `2026-11-21 18:59:02`, in UTC. */
export const dayAndTime = (at: Instant): string => isoText(at).slice(0, 19).replace('T', ' ')

/** `15 min`, `42 s`, `3 days`, `1 h 5 min`. */
export function lengthWords(length: Duration | number): string {
  const all = Math.max(0, Math.round(length / 1000))
  const [days, hours, minutes, seconds] = [
    Math.floor(all / 86_400),
    Math.floor(all / 3600) % 24,
    Math.floor(all / 60) % 60,
    all % 60,
  ]
  const parts = [
    ...(days > 0 ? [`${days} ${days === 1 ? 'day' : 'days'}`] : []),
    ...(hours > 0 ? [`${hours} h`] : []),
    ...(minutes > 0 ? [`${minutes} min`] : []),
    ...(seconds > 0 ? [`${seconds} s`] : []),
  ]
  return parts.slice(0, 2).join(' ') || '0 s'
}

/** `a`, `a and b`, `a, b and c`. */
export const listWords = (all: readonly string[]): string =>
  all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1) ?? ''}`

/** Evidence is left as it was said, but for the full stop at its end. */
export const stopped = (text: string): string => `${text.trim()}${/[.!?]$/.test(text.trim()) ? '' : '.'}`

export const sentence = (text: string): string => `${text.trim().charAt(0).toUpperCase()}${stopped(text).slice(1)}`
