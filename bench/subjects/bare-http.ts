/** The floor: what node:http takes to read a form, parse it and answer a reply of the same length, and nothing else. */
import { createServer } from 'node:http'
import { announce } from './announce.ts'
import { echoBytes, echoTarget } from './echo-target.ts'
import { listenAnywhere } from './listen.ts'
import { replyOf } from './reply.ts'

const reply = replyOf(echoBytes())

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('latin1')
  request.on('data', (piece: string) => (body += piece))
  request.on('end', () => {
    const form = new URLSearchParams(body)
    const granted = form.get('grant_type') === 'refresh_token' && form.has('refresh_token')
    const answer = granted ? reply() : '{"error":"invalid_request"}'
    response.writeHead(granted ? 200 : 400, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'Pragma': 'no-cache',
      'Content-Length': answer.length,
    })
    response.end(answer, 'latin1')
  })
})

announce(echoTarget(await listenAnywhere(server)))
