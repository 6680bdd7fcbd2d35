/** What a framework adds: the same echo as `bare-http.ts`, on Fastify without a logger. */
import { fastify } from 'fastify'
import { announce } from './announce.ts'
import { echoBytes, echoTarget } from './echo-target.ts'
import { replyOf } from './reply.ts'

const reply = replyOf(echoBytes())
const app = fastify({ logger: false })

app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
  done(null, new URLSearchParams(String(body))),
)

app.post<{ Body: URLSearchParams }>('/services/oauth2/token', (request, response) => {
  const granted = request.body.get('grant_type') === 'refresh_token' && request.body.has('refresh_token')
  return response
    .code(granted ? 200 : 400)
    .header('content-type', 'application/json')
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .send(granted ? reply() : '{"error":"invalid_request"}')
})

const url = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
announce(echoTarget(Number(url.port)))
