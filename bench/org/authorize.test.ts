import { equal, rejects } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { listenAnywhere } from '../subjects/listen.ts'
import { authorize } from './authorize.ts'
import { bench } from './file.ts'

/** As little of an org as a browser can see: redirect, login, consent, callback, code exchange; each step refuses what lacks the one before. */
const seen = { state: '', challenge: '' }
const server = createServer((request, response) => void answer(request, response))
let url = ''

before(async () => {
  url = `http://127.0.0.1:${await listenAnywhere(server)}`
})
after(async () => {
  server.close()
  await once(server, 'close')
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', url)
  const form = new URLSearchParams(await text(request))
  const loggedIn = request.headers.cookie?.includes('sid=1') ?? false
  const redirect = (to: string, cookie = 'b=2; Path=/'): unknown =>
    response.writeHead(302, { 'location': to, 'set-cookie': cookie }).end()
  switch (`${request.method} ${pathname}`) {
    case 'GET /services/oauth2/authorize':
      Object.assign(seen, { state: searchParams.get('state'), challenge: searchParams.get('code_challenge') })
      return void redirect('/?ec=302')
    case 'GET /':
      return void response.end(
        page(
          '/login',
          '<input id="username" name="username" type="text" /><input name="pw" type="password" />',
          'Login',
        ),
      )
    case 'POST /login':
      if (form.get('csrf') !== 'c&c' || form.get('pw') !== bench.password || form.get('username') === 'nobody')
        return void response.end('<p>Check your username and password</p>')
      return void redirect('/consent', 'sid=1; HttpOnly')
    case 'GET /consent':
      return void response
        .writeHead(loggedIn ? 200 : 403)
        .end(page('/consent', '<input id="oadeny" name="oadeny" type="submit" value="Deny" />', 'oaapprove'))
    case 'POST /consent':
      return void redirect(
        form.has('oaapprove') && !form.has('oadeny')
          ? `${bench.callbackUrl}?code=aPrx1&state=${seen.state}`
          : '/denied',
      )
    case 'POST /services/oauth2/token': {
      const proven =
        createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url') === seen.challenge
      return void response.end(
        proven && form.get('code') === 'aPrx1' ? '{"refresh_token":"5Aep861.first"}' : '{"error":"invalid_grant"}',
      )
    }
    default:
      return void response.writeHead(404).end()
  }
}

function page(action: string, fields: string, button: string): string {
  const csrf = '<input type="hidden" name="csrf" value="c&amp;c" />'
  return `<form method="post" action="${action}">${csrf}${fields}<input id="${button}" name="${button}" type="submit" value="Go" /></form>`
}

describe('authorizing through the pages', () => {
  test('ends with a refresh token', async () => equal(await authorize(url, 'somebody'), '5Aep861.first'))

  test('says which page it could not answer, and what stood there', () =>
    rejects(authorize(url, 'nobody'), /without Login or Allow at .*\/login:\n<p>Check your username/))
})
