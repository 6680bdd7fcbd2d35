/** The org that is measured: one External Client App with every refresh token policy on, and a user for each grant,
 *  since a user has at most five approvals of one app (SF-209). */

export const bench = {
  app: 'Bench',
  consumerKey: '3MVG9bench',
  consumerSecret: 'bench-secret-of-forty-characters-0000000',
  callbackUrl: 'http://localhost:1717/OauthRedirect',
  scope: 'api refresh_token', // without openid: no subject of this bench signs an id_token
  password: 'bench-password-1',
} as const

export function username(index: number): string {
  return `bench${index}@bench.example`
}

/** The org file (interfaces, section 3) as JSON, which YAML contains. */
export function orgFile(users: number): string {
  const everywhere = { start: '127.0.0.0', end: '127.0.0.127' } // within the 256 addresses of an allowlist (SF-134)
  return JSON.stringify({
    organization: { id: '00D000000000001EAA', name: 'Bench' },
    securitySettings: { networkAccess: { ipRanges: [everywhere] } },
    profiles: [{ name: 'Bench User' }],
    users: Array.from({ length: users }, (_, index) => ({
      username: username(index),
      email: username(index),
      password: bench.password,
      profile: 'Bench User',
      isActive: true,
    })),
    externalClientApps: [externalClientApp(everywhere)],
  })
}

function externalClientApp({ start, end }: { readonly start: string; readonly end: string }): unknown {
  return {
    name: bench.app,
    label: bench.app,
    contactEmail: 'owner@bench.example',
    globalOauthSettings: {
      consumerKey: bench.consumerKey,
      consumerSecret: bench.consumerSecret,
      callbackUrl: bench.callbackUrl,
      isPkceRequired: true,
      isRefreshTokenRotationEnabled: true,
      isEnforceRefreshTokenTTL: true,
      isSecretRequiredForRefreshToken: true,
    },
    oauthSettings: { commaSeparatedOauthScopes: 'Api, RefreshToken' },
    oauthSecuritySettings: {
      enforceRefreshTokenIpAllowlist: true,
      tokenIpRanges: [{ startIpAddress: start, endIpAddress: end }],
    },
    oauthConfigurablePolicies: {
      permittedUsersPolicyType: 'AllSelfAuthorized',
      ipRelaxationPolicyType: 'Enforce',
      refreshTokenPolicyType: 'SpecificLifetime',
      refreshTokenValidityPeriod: 365,
      refreshTokenValidityUnit: 'Days',
    },
  }
}
