/** `/services/oauth2/userinfo`: who the token speaks for (SF-120, OpenID Connect Core section 5.3). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { useAccessToken } from '../flows/access-token/verify.ts'
import type { OrgParts } from '../parts.ts'
import { findUserById } from '../store/users.ts'
import { readQuery, requestToken } from './bearer.ts'
import { refuseIdentity, sendDocument, type Document } from './identity-reply.ts'
import { personOf, type Person } from './person.ts'
import { personUrls, photoUrls } from './person-urls.ts'

export function registerUserinfo(server: FastifyInstance, parts: OrgParts): void {
  server.route({
    method: ['GET', 'HEAD', 'POST'],
    url: '/services/oauth2/userinfo',
    handler: (request, reply) => answer(parts, request, reply),
  })
}

async function answer(parts: OrgParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const outcome = await useAccessToken(parts, await requestToken(request))
  if (outcome.kind !== 'live') return refuseIdentity(reply, 'Bad_OAuth_Token')
  const { userId } = outcome.session.row
  const user = await parts.storage.read(() => findUserById(userId))
  if (user === undefined) return refuseIdentity(reply, 'Bad_OAuth_Token') // deleted since
  const format = readQuery(request).get('format')
  return sendDocument(reply, userinfo(parts, personOf(user)), { format, accept: request.headers.accept })
}

function userinfo(parts: OrgParts, person: Person): Document {
  const { id, instanceUrl } = parts.settings.current().organization
  const photos = photoUrls(parts)
  return {
    sub: `${parts.publicUrl()}/id/${id}/${person.id}`,
    user_id: person.id,
    organization_id: id,
    preferred_username: person.username,
    nickname: person.nickname,
    name: person.name,
    email: person.email,
    email_verified: true,
    given_name: person.firstName ?? '',
    family_name: person.lastName,
    zoneinfo: person.timeZone,
    photos,
    profile: `${instanceUrl}/${person.id}`,
    picture: photos.picture,
    address: {},
    is_salesforce_integration_user: false,
    urls: personUrls(parts, person.id),
    active: person.isActive,
    user_type: 'STANDARD',
    language: person.language,
    locale: person.locale,
    utcOffset: person.utcOffset,
    updated_at: person.changedAt,
    is_app_installed: true,
  }
}
