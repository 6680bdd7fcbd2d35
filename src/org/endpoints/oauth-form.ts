/** The form in a request's body, for the endpoints that take one; and the refusal where there is none that can be read. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fault, ok, type Result } from '../../values/result.ts'
import { publicWords } from '../flows/public-words.ts'
import type { OrgParts } from '../parts.ts'
import type { Refusal } from '../rules/decide.ts'
import { parseForm, parseMultipart, type Form, type FormFault } from './form.ts'
import { replyFormat, sendFields } from './formats.ts'

const empty: Form = new Map()

/** The body as the server's content type parsers leave it: text of a form, bytes of a multipart body, or nothing. */
export async function readForm({ body, headers }: FastifyRequest): Promise<Result<Form, Refusal>> {
  if (body === undefined || body === null) return ok(empty)
  const type = headers['content-type'] ?? ''
  if (typeof body === 'string') return orRefusal(parseForm(body))
  if (Buffer.isBuffer(body)) return orRefusal(await parseMultipart(body, type))
  return fault({ code: 'BODY_NOT_A_FORM', saw: { type: type.slice(0, 80) } })
}

function orRefusal(form: Result<Form, FormFault>): Result<Form, Refusal> {
  if (form.ok) return form
  const { twice } = form.fault
  if (twice !== undefined) return fault({ code: 'PARAMETER_TWICE', saw: { parameter: twice.slice(0, 80) } })
  return fault({ code: 'BODY_NOT_A_FORM', saw: { type: 'not decodable' } })
}

/** Salesforce's words and nothing else: what the admin reads stands in login history. */
export function sendRefusal(
  parts: OrgParts,
  {
    request,
    reply,
    form,
  }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly form?: Form | undefined },
  { code }: Refusal,
): FastifyReply {
  const { status, error, description } = publicWords(code, parts.configuration)
  const format = replyFormat(form?.get('format'), request.headers.accept)
  if (status === 503 || status === 429) reply.header('retry-after', status === 503 ? '1' : '60')
  return sendFields(reply, { status, format, fields: { error, error_description: description } })
}
