/** The way from the org's server to the Metadata API, which is loaded by the first who takes it. */
import type { FastifyError, FastifyInstance } from 'fastify'
import { apiVersionNumber } from '../endpoints/api-versions.ts'
import { notFound } from '../endpoints/pages.ts'
import { send } from '../browser/serve.ts'
import type { OrgParts } from '../parts.ts'
import type { MetadataApi } from './calls.ts'

/** `/services/Soap/m/NN.0`, with the id of the org behind it where a client has one. */
export function registerMetadataApi(server: FastifyInstance, parts: OrgParts): void {
  let opened: Promise<MetadataApi> | undefined
  const open = async (): Promise<MetadataApi> => {
    const { openMetadataApi } = await import('./calls.ts')
    return openMetadataApi(parts)
  }
  server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      ['text/xml', 'application/soap+xml'],
      { parseAs: 'string' },
      (_request, body, parsed) => {
        parsed(null, body)
      },
    )
    scope.setErrorHandler(async (error: FastifyError, _request, reply) => {
      if ((error.statusCode ?? 500) >= 500) parts.log.error('request-failed', { cause: error.stack ?? error.message })
      const { writeFault } = await import('./soap.ts')
      const isOurs = (error.statusCode ?? 500) >= 500
      const fault = isOurs
        ? { code: 'UNKNOWN_EXCEPTION', message: 'An unexpected error occurred' }
        : {
            code: 'soapenv:Client',
            message: 'The request is too large, or of a type that is not read here: send text/xml.',
          }
      return reply.code(500).header('content-type', xml).send(writeFault(fault))
    })
    for (const url of ['/services/Soap/m/:version', '/services/Soap/m/:version/:organization'])
      scope.post<{ Params: { version: string }; Body: string | undefined }>(url, async (request, reply) => {
        if (apiVersionNumber(`v${request.params.version}`) === undefined) return send(reply, notFound(parts))
        const api = await (opened ??= open())
        const { status, body } = await api.answer(request.body ?? '')
        return reply.code(status).headers({ 'content-type': xml, 'cache-control': 'no-store' }).send(body)
      })
    done()
  })
}

const xml = 'text/xml;charset=UTF-8'
