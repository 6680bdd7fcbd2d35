/** What userinfo and the identity URL have in common: their two formats, and the plain words of a refusal (SF-14, SF-124). */
import type { FastifyReply } from 'fastify'
import { replyFormat } from './formats.ts'

export type DocumentValue = string | number | boolean | null | Document
export type Document = { readonly [name: string]: DocumentValue }

/** JSON unless XML is asked for; the parameter beats the header (SF-14). */
export function sendDocument(
  reply: FastifyReply,
  document: Document,
  { format, accept }: { readonly format: string | undefined; readonly accept: string | undefined },
): FastifyReply {
  const asXml = replyFormat(format, accept) === 'xml'
  return reply
    .code(200)
    .header('content-type', `application/${asXml ? 'xml' : 'json'};charset=UTF-8`)
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .send(asXml ? writeXml(document) : JSON.stringify(document))
}

export type IdentityRefusal = 'Bad_OAuth_Token' | 'Wrong_Org' | 'Bad_Id'

/** 403 and one word (SF-124). */
export function refuseIdentity(reply: FastifyReply, why: IdentityRefusal): FastifyReply {
  if (why === 'Bad_OAuth_Token') reply.header('www-authenticate', 'Bearer error="invalid_token"') // RFC 6750 section 3
  return reply
    .code(403)
    .header('content-type', 'text/plain;charset=UTF-8')
    .header('cache-control', 'no-store')
    .send(why)
}

function writeXml(document: Document): string {
  const root = '<user xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
  return `<?xml version="1.0" encoding="UTF-8"?>${root}${elementsOf(document)}</user>`
}

function elementsOf(document: Document): string {
  return Object.entries(document)
    .map(([name, value]) => (value === null ? `<${name} xsi:nil="true"/>` : `<${name}>${contentOf(value)}</${name}>`))
    .join('')
}

const contentOf = (value: Exclude<DocumentValue, null>): string =>
  typeof value === 'object' ? elementsOf(value) : escapeXml(String(value))

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** Anything but the characters of XML 1.0, section 2.2: no escape brings the others in. */
const notInXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
const escapeXml = (text: string): string =>
  text.replace(notInXml, '\ufffd').replaceAll(/[&<>"]/g, (character) => escapes[character] ?? '')
