/** The form in a request's body, for the endpoints that take one; and the refusal where there is none that can be read. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fault, ok, type Result } from '../../values/result.ts'
import { publicWords } from '../flows/public-words.ts'
import type { OrgParts } from '../parts.ts'
import type { Refusal } from '../rules/decide.ts'
import { parseForm, parseMultipart, type Form, type FormFault } from './form.ts'
import { fieldsAnswer, replyFormat, type HttpAnswer } from './formats.ts'

const empty: Form = new Map()

/** The body as the server's content type parsers leave it: text of a form, bytes of a multipart body, or nothing. */
export async function readForm({ body, headers }: FastifyRequest): Promise<Result<Form, Refusal>> {
  if (body === undefined || body === null) return ok(empty)
  const type = headers['content-type'] ?? ''
  if (typeof body === 'string') return formOf(body)
  if (Buffer.isBuffer(body)) return orRefusal(await parseMultipart(body, type))
  return fault({ code: 'BODY_NOT_A_FORM', saw: { type: type.slice(0, 80) } })
}

export function formOf(body: string): Result<Form, Refusal> {
  return orRefusal(parseForm(body))
}

function orRefusal(form: Result<Form, FormFault>): Result<Form, Refusal> {
  if (form.ok) return form
  const { twice } = form.fault
  if (twice !== undefined) return fault({ code: 'PARAMETER_TWICE', saw: { parameter: twice.slice(0, 80) } })
  return fault({ code: 'BODY_NOT_A_FORM', saw: { type: 'not decodable' } })
}

/** Salesforce's words and nothing else: what the admin reads stands in login history. */
export function refusalAnswer(
  parts: OrgParts,
  { accept, form }: { readonly accept: string | undefined; readonly form?: Form | undefined },
  { code }: Refusal,
): HttpAnswer {
  const { status, error, description } = publicWords(code, parts.configuration)
  const fields = { error, error_description: description }
  const answer = fieldsAnswer({ status, format: replyFormat(form?.get('format'), accept), fields })
  const wait = retryAfter.get(status)
  return wait === undefined ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': wait } }
}

const retryAfter: ReadonlyMap<number, string> = new Map([
  [503, '1'],
  [429, '60'],
])

export function sendRefusal(
  parts: OrgParts,
  {
    request,
    reply,
    form,
  }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly form?: Form | undefined },
  refusal: Refusal,
): FastifyReply {
  const { status, headers, body } = refusalAnswer(parts, { accept: request.headers.accept, form }, refusal)
  return reply.code(status).headers(headers).send(body)
}
