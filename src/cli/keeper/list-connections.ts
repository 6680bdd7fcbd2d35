/** `connections`: what the keeper keeps, and how long each of it could rest. */
import { isRecord } from '../../documents/words.ts'
import { systemEnvironment } from '../../system.ts'
import { openLog } from '../log.ts'
import type { AdminClient } from '../admin-client.ts'
import { pasteable } from '../complaint.ts'
import { table } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { keeperOf, type KeeperClientFlags } from './keeper-address.ts'

export type ConnectionsFlags = KeeperClientFlags & { readonly state?: string; readonly app?: string }

type Shown = Readonly<Record<string, unknown>>

export async function listConnections(terminal: Terminal, flags: ConnectionsFlags): Promise<void> {
  const connections = await readAll(keeperOf(terminal, flags), flags)
  if (flags.json) return terminal.out(JSON.stringify({ connections }))
  const now = systemEnvironment(openLog(terminal)).clock()
  for (const line of linesOf(terminal, connections, now)) terminal.out(line)
}

/** Page after page. */
async function readAll(keeper: AdminClient, { state, app }: ConnectionsFlags): Promise<readonly Shown[]> {
  const all: Shown[] = []
  for (let cursor: string | undefined; ;) {
    const query = new URLSearchParams({
      limit: '1000',
      ...{ ...(state === undefined ? {} : { state }), ...(app === undefined ? {} : { app }) },
      ...(cursor === undefined ? {} : { cursor }),
    })
    const { body } = await keeper.ask('GET', `/connections?${query.toString()}`)
    if (!isRecord(body) || !Array.isArray(body['connections']))
      throw new Error(`${keeper.url} sent a list that cannot be read`)
    all.push(...body['connections'].filter(isRecord))
    if (typeof body['next'] !== 'string') return all
    cursor = body['next']
  }
}

function linesOf({ paint }: Terminal, connections: readonly Shown[], now: number): readonly string[] {
  if (connections.length === 0)
    return ['No connection.', `${paint.bold('Try:')} ${pasteable('sallyport connect NAME')}`]
  const rows = connections.map((each) => [
    ...[textOf(each['id']), textOf(each['app']), textOf(each['state'])],
    ...[dayAndTime(each['last_exchange_at']), daysLeft(each['idle_at'], now), dayAndTime(each['next_due_at'])],
    textOf(each['last_egress']),
  ])
  const wrong = connections.filter(({ state, why }) => state !== 'alive' && typeof why === 'string')
  const [head = '', ...lines] = table([heading, ...rows])
  return [paint.bold(head), ...lines, ...wrong.map(({ id, why }) => `${textOf(id)}: ${textOf(why)}`)]
}

const heading = ['Connection', 'App', 'State', 'Last use', 'Idle days left', 'Next heartbeat', 'Egress']

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '-')

/** `2026-11-21 15:04`, UTC. */
const dayAndTime = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 16).replace('T', ' ') : '-')

/** Whole days; what is over has none left. */
function daysLeft(value: unknown, now: number): string {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? '-' : String(Math.max(0, Math.floor((at - now) / 86_400_000)))
}
