/** The conformance rows as a table: what each proxy does, in a word or two. */
import * as probe from '../probe/rows.ts'
import { openOrigin } from '../probe/origin.ts'
import type { Subject } from '../probe/rows.ts'

/** One proxy in three configurations. */
export type Probed = {
  /** Lets its clients reach the loopback; asks for credentials only where it cannot do without. */
  readonly open: Subject
  /** Asks for credentials. */
  readonly guarded: Subject
  /** As it comes: nothing said about destinations. */
  readonly minimal: Subject
}

export type Row = {
  readonly id: string
  readonly what: string
  readonly run: (probed: Probed) => Promise<string>
  readonly ours: string
}

const patience = 4000 // for what a proxy may never answer

const status = ({ reply, ending }: probe.Seen): string => {
  if (reply.status !== undefined) return String(reply.status)
  return ending === 'timeout' ? 'no answer' : ending === 'reset' ? 'RST, no status' : 'FIN, no status'
}
const error = ({ reply }: probe.Seen): string => {
  const named = /error=([a-z_]+)/.exec(reply.field('proxy-status') ?? '')?.[1]
  return named === undefined ? '' : ` ${named}`
}
const said = (seen: probe.Seen): string => status(seen) + error(seen)
const closed = (seen: probe.Seen): string => `${said(seen)}${seen.ending === 'timeout' ? '' : ', closed'}`

/** What the origin saw of a plain request. */
const atOrigin =
  (look: (reply: probe.Seen & { readonly atOrigin: { field: (name: string) => string | undefined } }) => string) =>
  async ({ open }: Probed): Promise<string> =>
    look(await probe.g06to11(open))
const field = (name: string): Row['run'] => atOrigin((seen) => (seen.atOrigin.field(name) === undefined ? 'no' : 'yes'))

export const rows: readonly Row[] = [
  {
    ...{ id: 'G-01', what: 'CONNECT to a closed port', ours: '502 connection_refused' },
    run: async ({ open }) => said(await probe.g01(open)),
  },
  {
    ...{ id: 'G-02', what: 'CONNECT to a name that does not resolve', ours: '502 dns_error' },
    run: async ({ open }) => said(await probe.g02(open)),
  },
  {
    ...{ id: 'G-03', what: 'CONNECT without a port', ours: '400 http_request_error' },
    run: async ({ open }) => said(await probe.g03(open)),
  },
  {
    ...{ id: 'G-04', what: 'bytes behind a rejected CONNECT are served', ours: 'no' },
    run: async ({ guarded }) => ((await probe.g04(guarded)).served === 0 ? 'no' : 'yes'),
  },
  {
    ...{ id: 'G-05', what: 'reply after the half-close of the client', ours: 'whole' },
    async run({ open }) {
      const { delivered, of } = await probe.g05(open)
      return delivered === of ? 'whole' : delivered === 0 ? 'lost' : `${delivered} of ${of} bytes`
    },
  },
  { id: 'G-06', what: 'field named in Connection reaches the origin', run: field('x-only-for-the-proxy'), ours: 'no' },
  { id: 'G-07', what: 'Proxy-Connection reaches the origin', run: field('proxy-connection'), ours: 'no' },
  { id: 'G-08', what: 'Proxy-Authorization reaches the origin', run: field('proxy-authorization'), ours: 'no' },
  { id: 'G-09', what: 'Via is added', run: field('via'), ours: 'yes' },
  { id: 'G-10', what: 'X-Forwarded-For is added', run: field('x-forwarded-for'), ours: 'no' },
  {
    ...{ id: 'G-11', what: 'false Host is rewritten', ours: 'yes' },
    run: atOrigin(({ atOrigin: { field: of } }) => (of('host')?.startsWith('127.0.0.1') === true ? 'yes' : 'no')),
  },
  {
    ...{ id: 'G-12', what: 'Content-Length with Transfer-Encoding', ours: '400 http_request_error, closed' },
    run: async ({ open }) => closed(await probe.g12(open)),
  },
  {
    ...{ id: 'G-13', what: 'header of 100 KB', ours: '431 http_request_error, closed' },
    run: async ({ open }) => closed(await probe.g13(open)),
  },
  {
    ...{ id: 'G-14', what: 'origin-form request', ours: '400 http_request_error' },
    run: async ({ open }) => said(await probe.g14(open)),
  },
  {
    ...{ id: 'G-15', what: 'loopback with minimal configuration', ours: '403 destination_ip_prohibited' },
    run: async ({ minimal }) => said(await probe.g15(minimal)),
  },
  {
    ...{ id: 'G-16', what: 'missing, wrong, Digest, garbled credentials', ours: '407 407 407 407' },
    async run({ guarded }) {
      const each = Object.values(await probe.g16(guarded))
      return each
        .map((seen) => status(seen) + (seen.reply.status !== 407 || challenges(seen) ? '' : ' unchallenged'))
        .join(' ')
    },
  },
  {
    ...{ id: 'G-17', what: '2xx to CONNECT', ours: '200, names the egress' },
    async run({ open }) {
      const seen = await probe.g17(open)
      const framed = seen.reply.names.some((name) => name === 'content-length' || name === 'transfer-encoding')
      const named = seen.reply.names.includes('sallyport-egress')
      return `${status(seen)}${framed ? ', framed' : ''}${named ? ', names the egress' : ''}`
    },
  },
  {
    ...{ id: 'G-18', what: 'origin drops SYN', ours: '504 connection_timeout' },
    run: async ({ open }) => said(await probe.g18(open, patience)),
  },
  {
    ...{ id: 'G-19', what: 'header that drips', ours: '408 http_request_error, closed' },
    run: async ({ open }) => closed(await probe.g19(open, 50, patience)),
  },
  {
    ...{ id: 'G-20', what: 'second CONNECT on a socket that carried a tunnel', ours: 'verbatim, never parsed' },
    async run({ open }) {
      const { inside, after, served } = await probe.g20(open)
      return `${inside === 'verbatim' ? 'verbatim' : 'changed'}, ${after === '' && served === 0 ? 'never parsed' : 'parsed'}`
    },
  },
  {
    ...{ id: 'G-21', what: 'PROXY protocol from an unlisted peer', ours: 'refused' },
    async run({ open }) {
      await using origin = await openOrigin()
      const line = 'PROXY TCP4 192.0.2.1 192.0.2.2 4711 9293\r\n'
      const seen = await probe.ask(open, line + probe.getFrom(open, origin), { patience })
      return origin.connections() === 0 && seen.reply.status !== 200 ? 'refused' : 'served'
    },
  },
  {
    ...{ id: 'G-22', what: 'malformed responses that become 502', ours: 'all of them' },
    async run({ open }) {
      const all = Object.values(probe.malformedResponses)
      const seen = await Promise.all(all.map(async (response) => await probe.g22(open, response)))
      const bad = seen.filter(({ reply }) => reply.status === 502).length
      return bad === all.length ? 'all of them' : `${bad} of ${all.length}`
    },
  },
]

const challenges = ({ reply }: probe.Seen): boolean => reply.field('proxy-authenticate') !== undefined

/** In Markdown; a cell that is empty was not probed. */
export function tableOf(
  columns: readonly { readonly name: string; readonly cells: ReadonlyMap<string, string> }[],
): string {
  const lines = [
    ['#', 'probe', ...columns.map(({ name }) => name)],
    ['---', '---', ...columns.map(() => '---')],
    ...rows.map(({ id, what }) => [id, what, ...columns.map(({ cells }) => cells.get(id) ?? '')]),
  ]
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? []
  return lines.map((line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`).join('\n')
}
