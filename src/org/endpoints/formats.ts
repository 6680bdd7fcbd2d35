/** The three forms of an OAuth reply: JSON, form-encoded and XML; the parameter beats the header (SF-14). */
import type { FastifyReply } from 'fastify'

export type ReplyFormat = 'json' | 'urlencoded' | 'xml'
export type ReplyFields = Readonly<Record<string, string | number | boolean>>

export function replyFormat(parameter: string | undefined, accept: string | undefined): ReplyFormat {
  if (parameter === 'urlencoded' || parameter === 'xml' || parameter === 'json') return parameter
  if (accept === undefined || accept === '*/*' || accept.includes('application/json')) return 'json'
  if (accept.includes('application/x-www-form-urlencoded')) return 'urlencoded'
  return accept.includes('application/xml') ? 'xml' : 'json'
}

const types: Readonly<Record<ReplyFormat, string>> = {
  json: 'application/json;charset=UTF-8',
  urlencoded: 'application/x-www-form-urlencoded;charset=UTF-8',
  xml: 'application/xml;charset=UTF-8',
}

/** A reply before it is written to whatever stands for the socket. */
export type HttpAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
export type FieldsReply = { readonly status: number; readonly format: ReplyFormat; readonly fields: ReplyFields }

/** Never cached (SF-19). */
const replyHeaders: Readonly<Record<ReplyFormat, Readonly<Record<string, string>>>> = {
  json: headersFor('json'),
  urlencoded: headersFor('urlencoded'),
  xml: headersFor('xml'),
}

function headersFor(format: ReplyFormat): Readonly<Record<string, string>> {
  return { 'content-type': types[format], 'cache-control': 'no-store', 'pragma': 'no-cache' }
}

export function fieldsAnswer({ status, format, fields }: FieldsReply): HttpAnswer {
  return { status, headers: replyHeaders[format], body: writeFields(fields, format) }
}

export function sendFields(reply: FastifyReply, fields: FieldsReply): FastifyReply {
  const { status, headers, body } = fieldsAnswer(fields)
  return reply.code(status).headers(headers).send(body)
}

export function writeFields(fields: ReplyFields, format: ReplyFormat): string {
  if (format === 'json') return JSON.stringify(fields)
  const entries = Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)])
  if (format === 'urlencoded') return new URLSearchParams(entries).toString()
  const elements = entries.map(([name, value]) => `<${elementName(name)}>${escapeXml(value)}</${elementName(name)}>`)
  return `<?xml version="1.0" encoding="UTF-8"?><OAuth>${elements.join('')}</OAuth>`
}

const elementName = (name: string): string => name.replaceAll(/[^A-Za-z0-9_.-]/g, '_')
const xmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
const escapeXml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => xmlEscapes[character] ?? '')
