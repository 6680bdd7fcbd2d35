/** The org file of a test org: what the test says, and one app, one user and trusted loopback where it says nothing. */

/** Objects of the org file as plain data; a secret is a plain text. */
export type PlainObjects = {
  readonly organization?: Readonly<Record<string, unknown>>
  readonly users?: readonly Readonly<Record<string, unknown>>[]
  readonly apps?: readonly Readonly<Record<string, unknown>>[]
}

export const testUser = { username: 'admin@test.example', password: 'a long test password' } as const
export const testClient = {
  name: 'Test_App',
  consumerKey: '3MVG9test',
  consumerSecret: 'test-consumer-secret-0123456789',
  callbackUrl: 'http://localhost:1717/OauthRedirect',
} as const

/** The text of an org file; JSON is YAML, and the file's own reader finds what is wrong with it. */
export function testOrgFile({ organization, users, apps }: PlainObjects): string {
  return JSON.stringify({
    organization: { id: '00D000000000001EAA', name: 'Test Org', ...organization },
    securitySettings: { networkAccess: { ipRanges: [{ start: '127.0.0.0', end: '127.255.255.255' }] } }, // SF-315
    users: users ?? [{ ...testUser, profile: 'System Administrator', email: testUser.username }],
    externalClientApps: apps ?? [testApp],
  })
}

const testApp = {
  name: testClient.name,
  label: 'Test App',
  contactEmail: 'owner@test.example',
  globalOauthSettings: {
    consumerKey: testClient.consumerKey,
    consumerSecret: testClient.consumerSecret,
    callbackUrl: testClient.callbackUrl,
  },
  oauthSettings: { commaSeparatedOauthScopes: 'Api, Web, RefreshToken, OpenID' },
}
