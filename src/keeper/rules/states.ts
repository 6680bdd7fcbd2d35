/** The states of a connection, and the events that tell of a change. */
import type { Explanation } from './triage.ts'

/** `refused`: app, org or user, to be mended there. `reauthorization-required` is left by a new authorization alone. */
export type ConnectionState = 'alive' | 'ip-refused' | 'refused' | 'in-doubt' | 'reauthorization-required'

export type EventKind =
  | 'connection.reauthorization_required'
  | 'connection.ip_refused'
  | 'connection.refused'
  | 'connection.in_doubt'
  | 'connection.recovered'
  | 'connection.last_retry'
  | 'connection.authorized'
  | 'connection.many_approvals'
  | 'connection.signature_mismatch'
  | 'connection.handed_over'
  | 'connection.taken_back'
  | 'connection.imported'
  | 'webhook.gave_up'
  | 'webhook.disabled'

const everyKind: Readonly<Record<EventKind, true>> = {
  'connection.reauthorization_required': true,
  'connection.ip_refused': true,
  'connection.refused': true,
  'connection.in_doubt': true,
  'connection.recovered': true,
  'connection.last_retry': true,
  'connection.authorized': true,
  'connection.many_approvals': true,
  'connection.signature_mismatch': true,
  'connection.handed_over': true,
  'connection.taken_back': true,
  'connection.imported': true,
  'webhook.gave_up': true,
  'webhook.disabled': true,
}
export const eventKinds: readonly string[] = Object.keys(everyKind)

export const eventOf: Readonly<Record<ConnectionState, EventKind>> = {
  'alive': 'connection.recovered',
  'ip-refused': 'connection.ip_refused',
  'refused': 'connection.refused',
  'in-doubt': 'connection.in_doubt',
  'reauthorization-required': 'connection.reauthorization_required',
}

/** For the data of an event: a person can mend it by a link, and where that is made. The link itself is a secret, and is in no event. */
export const mendedBy = (state: ConnectionState, id: string): { readonly link?: string } =>
  state === 'reauthorization-required' ? { link: `POST /v1/connections/${id}/reauthorization-link` } : {}

/** One line for the row, the likeliest cause first. */
export const whyOf = (explanations: readonly Explanation[]): string | null =>
  explanations.length === 0 ? null : explanations.map(({ evidence, next }) => `${evidence} ${next}`).join(' Or: ')
