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

/** Never cached (SF-19). */
export function sendFields(
  reply: FastifyReply,
  { status, format, fields }: { readonly status: number; readonly format: ReplyFormat; readonly fields: ReplyFields },
): FastifyReply {
  return reply
    .code(status)
    .header('content-type', types[format])
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .send(writeFields(fields, format))
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
