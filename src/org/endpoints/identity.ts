/** The identity URL `/id/ORG/USER`, by GET and POST, and the pictures that it names (SF-122 to SF-124). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parseOrganizationId, parseUserId } from '../../values/salesforce-id.ts'
import { useAccessToken, type Session } from '../flows/access-token/verify.ts'
import type { OrgParts } from '../parts.ts'
import { seesOtherUsers } from '../rules/access-token.ts'
import { findUserById } from '../store/users.ts'
import { readQuery, requestToken } from './bearer.ts'
import { refuseIdentity, sendDocument, type Document } from './identity-reply.ts'
import { personOf, type Person } from './person.ts'
import { personUrls, photoPaths, photoUrls } from './person-urls.ts'
import { apiVersionNumber, newestVersion } from './api-versions.ts'

type Named = { readonly organization: string; readonly user: string }
type To = { readonly request: FastifyRequest<{ Params: Named }>; readonly reply: FastifyReply }

export function registerIdentity(server: FastifyInstance, parts: OrgParts): void {
  server.route<{ Params: Named }>({
    method: ['GET', 'HEAD', 'POST'],
    url: '/id/:organization/:user',
    handler: (request, reply) => answer(parts, { request, reply }),
  })
  for (const url of Object.values(photoPaths))
    server.route({ method: ['GET', 'HEAD'], url, handler: (_request, reply) => sendPicture(reply) })
}

/** The token is looked at first: without one, nobody learns which ids exist. */
async function answer(parts: OrgParts, { request, reply }: To): Promise<FastifyReply> {
  const outcome = await useAccessToken(parts, await requestToken(request))
  if (outcome.kind !== 'live') return refuseIdentity(reply, 'Bad_OAuth_Token')
  const organization = parseOrganizationId(request.params.organization)
  if (!organization.ok || organization.value !== parts.settings.current().organization.id)
    return refuseIdentity(reply, 'Wrong_Org')
  const id = parseUserId(request.params.user)
  if (!id.ok || !mayAsk(outcome.session, id.value)) return refuseIdentity(reply, 'Bad_Id')
  const user = await parts.storage.read(() => findUserById(id.value))
  if (user === undefined) return refuseIdentity(reply, 'Bad_Id')
  const query = readQuery(request)
  const document = identity(parts, personOf(user), {
    isAsserted: id.value === outcome.session.row.userId,
    version: versionFor(query.get('version')),
  })
  return sendDocument(reply, document, { format: query.get('format'), accept: request.headers.accept })
}

const mayAsk = ({ row, scopes }: Session, userId: string): boolean => row.userId === userId || seesOtherUsers(scopes)

/** `latest`, or a version that exists; anything else leaves the literal `{version}`. */
function versionFor(parameter: string | undefined): string | undefined {
  if (parameter === 'latest') return newestVersion
  return parameter === undefined ? undefined : apiVersionNumber(`v${parameter.replace(/^v/, '')}`)
}

function identity(
  parts: OrgParts,
  person: Person,
  { isAsserted, version }: { readonly isAsserted: boolean; readonly version: string | undefined },
): Document {
  const { id } = parts.settings.current().organization
  return {
    id: `${parts.publicUrl()}/id/${id}/${person.id}`,
    asserted_user: isAsserted,
    user_id: person.id,
    organization_id: id,
    username: person.username,
    nick_name: person.nickname,
    display_name: person.name,
    email: person.email,
    email_verified: true,
    first_name: person.firstName,
    last_name: person.lastName,
    timezone: person.timeZone,
    photos: photoUrls(parts),
    addr_street: null,
    addr_city: null,
    addr_state: null,
    addr_country: null,
    addr_zip: null,
    mobile_phone: null,
    mobile_phone_verified: false,
    is_lightning_login_user: false,
    status: { created_date: null, body: null },
    urls: personUrls(parts, person.id, version),
    active: person.isActive,
    user_type: 'STANDARD',
    language: person.language,
    locale: person.locale,
    utcOffset: person.utcOffset,
    last_modified_date: person.changedAt,
    is_app_installed: true,
  }
}

/** The same for everyone: a head and shoulders. */
const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96"><rect width="96" height="96" fill="#0b5cab"/>' +
  '<g fill="#fff"><circle cx="48" cy="37" r="17"/><path d="M14 88a34 28 0 0 1 68 0z"/></g></svg>'

function sendPicture(reply: FastifyReply): FastifyReply {
  return reply
    .header('content-type', 'image/svg+xml')
    .header('cache-control', 'public, max-age=86400')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox") // opened by itself it is a document
    .send(picture)
}
