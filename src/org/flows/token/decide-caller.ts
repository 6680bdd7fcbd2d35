/** The question that comes before any token is looked at: may this app, so proved, ask from this address (SF-22, check 6)? */
import { decide, type Decision } from '../../rules/decide.ts'
import type { Client } from './client.ts'
import type { Subject } from './records.ts'

export function decideCaller({ entry, proof }: Client, { flow, at, caller }: Subject): Decision {
  return decide({ step: 'caller', flow, now: at, from: caller.from, app: entry.app, proof }, entry.policies)
}
