/** `/v1/events`: the events of the caller's tenant (P-28), as a stream of server-sent events or as pages of JSON. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { fromDocument, invalid } from '../../http/problem.ts'
import { readQuery } from '../../http/received.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import type { EventPage, KeeperEvent } from '../keeper-face.ts'
import { messageOf, type Message } from '../rules/event-message.ts'
import { idOf } from '../webhooks/signed.ts'
import { api } from './api.ts'
import { openStreams, type Streams, type StreamTerms } from './event-stream.ts'
import type { ServiceParts } from './parts.ts'
import type { Problem } from './problems.ts'

type Query = { readonly after?: number; readonly connection?: string; readonly limit?: number }

const querySchema: Schema<Query> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    after: {
      ...{ type: 'integer', minimum: 0 },
      description:
        'Only events behind this sequence; Last-Event-ID wins. 0: all that are kept. Left out: as JSON all, as a stream from now on.',
    },
    connection: { type: 'string', minLength: 1, maxLength: 100, description: 'Only those of this connection.' },
    limit: { type: 'integer', minimum: 1, maximum: 1000, description: 'Of a page of JSON; 100 if left out.' },
  },
}

const pageSchema: JsonSchema = {
  type: 'object',
  description: 'Done. With Accept: text/event-stream the same events as a stream, each with its sequence as id.',
  properties: {
    events: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'string', description: 'Stable; the same that webhooks carry.' },
          type: { type: 'string' },
          timestamp: { type: 'string' },
          data: { type: 'object', additionalProperties: true },
        },
      },
    },
    next: { type: 'integer', description: 'The `after` of the next page; also where there is none yet.' },
    missed: {
      anyOf: [{ type: 'object', additionalProperties: true }, { type: 'null' }],
      description: 'What lay between `after` and `up_to` is not kept any more.',
    },
  },
}

export function registerEvents(scope: FastifyInstance, parts: ServiceParts, terms?: Partial<StreamTerms>): void {
  const streams = openStreams(parts.log, terms)
  scope.addHook('preClose', async () => await streams.close())
  scope.route({
    ...{ method: 'GET', url: '/events' },
    schema: {
      ...{ summary: 'Follow the events, or read them', tags: ['events'], querystring: querySchema },
      response: { 200: pageSchema, '4xx': { $ref: 'Problem#' }, '5xx': { $ref: 'Problem#' } },
    },
    async handler(request, reply) {
      const asked = readAsked(request)
      if (!asked.ok) return api.sendProblem(reply, asked.fault)
      if (wantsPages(request.headers.accept)) return await sendPage(parts, { request, reply, asked: asked.value })
      return await stream(parts, { request, reply, asked: asked.value, streams })
    },
  })
}

/** What asks for both gets the stream: browsers' EventSource and curl do not ask for JSON. */
const wantsPages = (accept = ''): boolean =>
  accept.includes('application/json') && !accept.includes('text/event-stream')

function readAsked({ query, headers }: FastifyRequest): Result<Query, Problem> {
  const read = readQuery(querySchema, query)
  if (!read.ok) return fault(invalid('QUERY_INVALID', read.fault.map(fromDocument)))
  const last = headers['last-event-id']
  if (last === undefined || last === '') return read
  if (typeof last === 'string' && /^\d{1,15}$/.test(last)) return ok({ ...read.value, after: Number(last) })
  const detail = 'Last-Event-ID is no sequence of an event.'
  return fault({
    code: 'REQUEST_MALFORMED',
    detail,
    next: ['Send the id of the last event as it was, or leave it out.'],
  })
}

type Asking = { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly asked: Query }

async function sendPage({ keeper }: ServiceParts, { request, reply, asked }: Asking): Promise<FastifyReply> {
  const { tenant } = api.callerOf(request)
  const page = await keeper.eventPage({ after: 0, limit: 100, ...asked, tenant })
  const events = page.events.map((event) => toldOf(tenant, event))
  const missed = page.missed === undefined ? null : { after: page.missed.after, up_to: page.missed.upTo }
  return reply.type('application/json; charset=utf-8').send(JSON.stringify({ events, next: page.upTo, missed }))
}

async function stream(
  { keeper }: ServiceParts,
  { request, reply, asked, streams }: Asking & { readonly streams: Streams },
): Promise<FastifyReply> {
  const { tenant } = api.callerOf(request)
  const opened = streams.open(tenant, reply)
  if (opened === undefined) return api.sendProblem(reply, tooMany)
  const { after, connection } = asked
  const pages = keeper.followEvents({ tenant, after, connection, signal: opened.signal })
  await opened.send(pages, (page, first) => textOf(tenant, page, first))
  return reply
}

const tooMany: Problem = {
  code: 'TOO_MANY_STREAMS',
  detail: 'As many event streams are open as may be.',
  next: ['Close one, or read pages: send Accept: application/json.'],
  retryAfter: 30,
}

const toldOf = (tenant: string, event: KeeperEvent): Message => messageOf({ ...event, tenant, id: idOf(tenant, event) })

/** The first piece says where the stream begins, so that whoever loses it before the first event resumes there. */
function textOf(tenant: string, { events, upTo, missed }: EventPage, first: boolean): string {
  const told = events.map((event) => eventText(event.sequence, event.kind, toldOf(tenant, event)))
  const begins = (missed?.upTo ?? (events.at(0)?.sequence ?? upTo + 1) - 1).toString()
  const head = first ? `retry: 2000\nid: ${begins}\n\n` : ''
  return head + (missed === undefined ? '' : missedText(missed)) + told.join('')
}

function missedText({ after, upTo }: NonNullable<EventPage['missed']>): string {
  const next = 'Read the connections as they are now: what lay between is not kept any more.'
  return eventText(upTo, 'events.missed', { after, up_to: upTo, next: [next] })
}

const eventText = (id: number, kind: string, data: unknown): string =>
  `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`
