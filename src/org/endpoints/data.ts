/** `/services/data`: just enough of the REST API that a client can prove its token. */
import type { FastifyInstance } from 'fastify'
import { fault, ok } from '../../values/result.ts'
import { parseUserId } from '../../values/salesforce-id.ts'
import type { OrgParts } from '../parts.ts'
import { soqlFields } from '../rules/soql.ts'
import { findUserById } from '../store/users.ts'
import { countApiRequests } from './api-requests.ts'
import { apiVersions } from './api-versions.ts'
import { personOf } from './person.ts'
import { queryResources } from './query.ts'
import { sObject, userFields } from './records.ts'
import { notFound, serveRest, serveRestOtherwise, type RestCall, type RestReply, type RestResource } from './rest.ts'

/** To be registered with `registerOauthUsageRest`, whose paths lie below these. */
export function registerData(server: FastifyInstance, parts: OrgParts): void {
  server.route({
    method: ['GET', 'HEAD'],
    url: '/services/data',
    handler: (_request, reply) =>
      reply.header('content-type', 'application/json;charset=UTF-8').send(JSON.stringify(apiVersions)), // public, as Salesforce's
  })
  const requests = countApiRequests(parts.clock)
  const limits: RestResource = {
    method: 'GET',
    path: '/limits',
    answer: () => Promise.resolve(ok({ DailyApiRequests: requests.daily() })),
  }
  const counted = [...resources, ...queryResources, limits]
  for (const resource of counted) serveRest(server, parts, requests.counting(resource))
  serveRestOtherwise(server, parts)
}

const resources: readonly RestResource[] = [
  { method: 'GET', path: '', answer: listResources },
  { method: 'GET', path: '/sobjects', answer: listObjects },
  { method: 'GET', path: '/sobjects/User/:id', answer: readUser },
]

function listResources(parts: OrgParts, { version, session }: RestCall): Promise<RestReply> {
  const base = `/services/data/v${version}`
  const { organization } = parts.settings.current()
  const identity = `${parts.publicUrl()}/id/${organization.id}/${session.row.userId}`
  const here = { sobjects: `${base}/sobjects`, query: `${base}/query`, limits: `${base}/limits` }
  return Promise.resolve(ok({ ...here, identity }))
}

function listObjects(_parts: OrgParts, { version }: RestCall): Promise<RestReply> {
  const url = `/services/data/v${version}/sobjects`
  const described = [
    { name: 'LoginHistory', label: 'Login History', labelPlural: 'Login History', keyPrefix: '0Ya', urls: {} },
    { name: 'OauthToken', label: 'OAuth Token', labelPlural: 'OAuth Tokens', keyPrefix: null, urls: {} },
    {
      ...{ name: 'User', label: 'User', labelPlural: 'Users', keyPrefix: '005' },
      urls: { sobject: `${url}/User`, rowTemplate: `${url}/User/{ID}` },
    },
    {
      ...{ name: 'UserPermissionAccess', label: 'User Permission Access', labelPlural: 'User Permission Access' },
      ...{ keyPrefix: '000', urls: {} },
    },
  ]
  const readOnly = { createable: false, updateable: false, deletable: false, custom: false, queryable: true }
  const sobjects = described.map((each) => ({ ...each, ...readOnly, retrieveable: each.name === 'User' }))
  return Promise.resolve(ok({ encoding: 'UTF-8', maxBatchSize: 200, sobjects }))
}

/** After a login the command line client reads `Username` here (SF-121). */
async function readUser(parts: OrgParts, { parameter, query, version }: RestCall): Promise<RestReply> {
  const id = parseUserId(parameter('id'))
  if (!id.ok) {
    const message = `Provided external ID field does not exist or is not accessible: ${parameter('id').slice(0, 80)}`
    return fault({ status: 404, errorCode: 'NOT_FOUND', message })
  }
  const fields = chooseFields(query.get('fields'))
  if (typeof fields === 'string') {
    const message = `No such column '${fields.slice(0, 80)}' on sobject of type User`
    return fault({ status: 400, errorCode: 'INVALID_FIELD', message })
  }
  const user = await parts.storage.read(() => findUserById(id.value))
  return user === undefined ? notFound : ok(sObject(userFields(personOf(user)), fields, { type: 'User', version }))
}

/** All fields unless some are named; a text is the name of one that is not there. */
function chooseFields(asked: string | undefined): readonly string[] | string {
  if (!asked) return soqlFields.User
  const chosen: string[] = []
  for (const name of asked.split(',').map((each) => each.trim())) {
    const field = soqlFields.User.find((known) => known.toLowerCase() === name.toLowerCase())
    if (field === undefined) return name
    if (!chosen.includes(field)) chosen.push(field)
  }
  return chosen.includes('Id') ? chosen : [...chosen, 'Id']
}
