/** The keeper's figures, as `/metrics` tells them. */
import { plainly, type Figure, type Sample } from '../../documents/exposition.ts'
import type { Instant } from '../../values/time.ts'
import type { KeeperFigures } from '../keeper-face.ts'

export function figuresOf(
  { states, outcomes, oldestDueAt, spool, webhooks }: KeeperFigures,
  now: Instant,
): readonly Figure[] {
  const late = oldestDueAt === undefined ? 0 : Math.max(0, now - oldestDueAt) / 1000
  return [
    gauge('connections', 'Connections of all tenants by state.', samples('state', states)),
    {
      ...{ name: 'sallyport_keeper_exchanges_total', kind: 'counter' },
      help: 'What became of exchanges since this process was started, by outcome.',
      read: () => samples('outcome', outcomes),
    },
    gauge(
      'oldest_due_seconds',
      'For how long the connection that is due longest has been due; 0 where none is.',
      plainly(late),
    ),
    gauge('spool_places', 'Exchanges that may be under way at one time.', plainly(spool.slots)),
    gauge(
      'spool_places_taken',
      'Exchanges under way, and replies that the store has not taken yet.',
      plainly(spool.taken),
    ),
    ...webhookFigures(webhooks, now),
  ]
}

function webhookFigures(
  { delivered, failed, waiting, oldestAt }: KeeperFigures['webhooks'],
  now: Instant,
): readonly Figure[] {
  const age = oldestAt === undefined ? 0 : Math.max(0, now - oldestAt) / 1000
  return [
    {
      ...{ name: 'sallyport_keeper_webhook_attempts_total', kind: 'counter' },
      help: 'Attempts to tell webhooks of an event since this process was started, by what the receiver made of it.',
      read: () => samples('end', { delivered, failed }),
    },
    gauge('webhook_events_waiting', 'Events that webhooks are still to be told of.', plainly(waiting)),
    gauge('webhook_oldest_seconds', 'How old the oldest of them is; 0 where there is none.', plainly(age)),
  ]
}

const gauge = (name: string, help: string, read: readonly Sample[]): Figure => ({
  ...{ name: `sallyport_keeper_${name}`, kind: 'gauge', help },
  read: () => read,
})

const samples = (label: string, counts: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(counts).map(([of, value]) => ({ labels: { [label]: of }, value }))
