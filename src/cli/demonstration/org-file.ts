/** The demonstration's org file: one app with an enforced allowlist, one user, and trusted ranges so that nobody is asked to verify a device. */
import { usualPair } from './addresses.ts'
import { callbackUrl, demonstrationApp, demonstrationUser, keeperCallbackUrl, keptUser } from './names.ts'

/** Secrets are in files beside it. The field names are those of the Metadata API. */
export const orgFileText = (consumerKey: string): string => `\
# The demonstration org of \`sallyport up\`. Change it and start again: what changed here is applied, what the admin API changed stays.
organization: { id: 00D000000000001EAA, name: Demo }
securitySettings:
  networkAccess: { ipRanges: [{ start: 127.0.0.0, end: 127.255.255.255 }] } # trusted: no device activation from here
oauthOidcSettings: { isPkceRequired: true }
profiles:
  - { name: System Administrator, userPermissions: [ManageRemoteAccess] }
users:
  - username: ${demonstrationUser}
    password: { file: password }
    profile: System Administrator
    email: ${demonstrationUser}
    isActive: true
  - username: ${keptUser} # the keeper keeps a connection of this one
    password: { file: keeper-password }
    profile: System Administrator
    email: ${keptUser}
    isActive: true
externalClientApps:
  - name: ${demonstrationApp}
    label: Nightly Sync
    contactEmail: owner@demo.example
    globalOauthSettings:
      consumerKey: ${consumerKey}
      consumerSecret: { file: consumer-secret }
      callbackUrl: |-
        ${callbackUrl}
        ${keeperCallbackUrl}
      isPkceRequired: true
      isRefreshTokenRotationEnabled: true
      isEnforceRefreshTokenTTL: true
    oauthSettings: { commaSeparatedOauthScopes: 'Api, RefreshToken, OpenID' }
    oauthSecuritySettings:
      enforceRefreshTokenIpAllowlist: true
      tokenIpRanges: [{ startIpAddress: ${usualPair[0]}, endIpAddress: ${usualPair[1]}, description: the gateway's pair }]
    oauthConfigurablePolicies:
      permittedUsersPolicyType: AllSelfAuthorized
      ipRelaxationPolicyType: Enforce
      refreshTokenPolicyType: SpecificLifetime
      refreshTokenValidityPeriod: 365
      refreshTokenValidityUnit: Days
`
