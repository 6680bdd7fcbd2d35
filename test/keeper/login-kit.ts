/** An org whose app may come back to where a test says, and a person who logs in there without a browser. */
import { createServer } from 'node:net'
import { once } from 'node:events'
import { allow, logIn, type deny } from '../browser-flow/walk.ts'
import { openVisitor, type Page, type Visitor } from '../browser-flow/visitor.ts'
import { openScene, type Scene, type SceneBend } from './scene.ts'
import type { StartOrgOptions } from '../../src/testing.ts'
import { secret } from '../../src/values/secret.ts'
import { testClient, testUser } from '../../src/org/testing/test-org-file.ts'

export const other = { username: 'other@test.example', password: 'another long password' } as const
export const webCallback = 'https://partner.example/oauth/callback'

/** One that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

export type LoginScene = Scene & { readonly loopback: string }

/** The app `partner` may ask for a refresh token, and comes back to `webCallback` or to a loopback port. */
export async function openLoginScene(bend: SceneBend = {}): Promise<LoginScene> {
  const loopback = `http://127.0.0.1:${await freePort()}/callback`
  const scene = await openScene({ ...bend, org: orgOptions([webCallback, loopback]) })
  await saveApp(scene)
  return { ...scene, loopback }
}

export const orgOptions = (callbacks: readonly string[]): StartOrgOptions => ({
  users: [testUser, other].map((each) => ({ ...each, profile: 'System Administrator', email: each.username })),
  apps: [
    {
      ...{ name: testClient.name, label: 'Partner', contactEmail: 'owner@test.example' },
      globalOauthSettings: {
        ...{ consumerKey: testClient.consumerKey, consumerSecret: testClient.consumerSecret },
        callbackUrl: callbacks.join('\n'),
      },
      oauthSettings: { commaSeparatedOauthScopes: 'Api, Web, RefreshToken, OpenID' },
    },
  ],
})

export async function saveApp(
  { org, keeper }: Pick<Scene, 'org' | 'keeper'>,
  about: { name?: string; tenant?: string; redirectUri?: string } = {},
): Promise<void> {
  await keeper.saveApp({
    ...{ name: 'partner', loginUrl: org.url, clientId: testClient.consumerKey, redirectUri: webCallback },
    ...{ clientSecret: secret(testClient.consumerSecret), scopes: 'api refresh_token' },
    ...about,
  })
}

export type Person = { readonly username: string; readonly password: string }

/** From the address that the keeper gave to the one that the browser is sent back to. A visitor who has logged in before is not asked again. */
export async function walkThrough(
  url: string,
  {
    as = testUser,
    by = openVisitor(new URL(url).origin),
    answer = allow,
  }: { as?: Person; by?: Visitor; answer?: typeof allow | typeof deny } = {},
): Promise<string> {
  const { pathname, search } = new URL(url)
  let page: Page = await by.get(pathname + search)
  for (let pages = 0; pages < 10; pages += 1) {
    if (
      page.location.includes('state=') &&
      page.location.includes(/[?&](?:code|error)=/.exec(page.location)?.[0] ?? '\0')
    )
      return page.location
    if (page.location !== '') page = await by.follow(page)
    else if (page.body.includes('id="password"')) page = await logIn(by, page, as)
    else if (page.body.includes('oaapprove')) page = await by.submit(page, answer)
    else throw new Error(`the walk ends at ${page.status}: ${page.body.slice(0, 2000)}`)
  }
  throw new Error('the walk went round in circles')
}
