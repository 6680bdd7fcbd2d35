/** What holds for the whole org: the organization itself and the settings of Setup that decisions read (SF-08, SF-248, SF-262). */
import type { Schema } from '../../values/schema.ts'
import { startEndRanges, type StartEnd } from './field-shapes.ts'
import { choice, each, flag, text, type Named } from './schema.ts'
import { objectOf, optional, string } from './shape.ts'

const sessionTimeouts = [
  'FifteenMinutes',
  'ThirtyMinutes',
  'SixtyMinutes',
  'NinetyMinutes',
  'TwoHours',
  'FourHours',
  'EightHours',
  'TwelveHours',
  'TwentyFourHours',
] as const // SF-08
export type SessionTimeout = (typeof sessionTimeouts)[number]

const sessionFlags = ['enforceIpRangesEveryRequest', 'lockSessionsToIp', 'forceLogoutOnSessionTimeout'] as const
const oauthOidcFlags = [
  'blockOAuthUnPwFlow',
  'blockOAuthUsrAgtFlow',
  'isPkceRequired',
  'oAuthCdCrdtFlowEnable',
] as const
const connectedAppFlags = ['enableAdminApprovedAppsOnly', 'enableAdminApprovedAppsOnlyForExternalUser'] as const
const externalClientAppFlags = [
  'enableClientSecretInRestApiAccess',
  'enableConsumerSecretApiAccess',
  'enablePackageEcaOauthFromDevOrg',
] as const

export type Organization = { readonly id?: string; readonly name?: string; readonly instanceUrl?: string }
export type SecuritySettings = {
  readonly networkAccess?: { readonly ipRanges?: StartEnd[] }
  readonly sessionSettings?: Named<typeof sessionFlags, boolean> & { readonly sessionTimeout?: SessionTimeout }
}
export type OauthOidcSettings = Named<typeof oauthOidcFlags, boolean>
export type ConnectedAppSettings = Named<typeof connectedAppFlags, boolean>
export type ExternalClientAppSettings = Named<typeof externalClientAppFlags, boolean>

export const organizationSchema: Schema<Organization> = objectOf({
  id: optional(string({ pattern: '^00D[A-Za-z0-9]{12}(?:[A-Z0-5]{3})?$' })),
  name: optional(text),
  instanceUrl: optional(string({ format: 'origin', description: "This server's own origin if left out." })),
})

export const securitySettingsSchema: Schema<SecuritySettings> = objectOf(
  {
    networkAccess: optional(
      objectOf({ ipRanges: optional(startEndRanges) }, { description: 'Trusted ranges (SF-150).' }),
    ),
    sessionSettings: optional(
      objectOf({ ...each(sessionFlags, flag), sessionTimeout: optional(choice(sessionTimeouts)) }),
    ),
  },
  { description: 'SecuritySettings' },
)

export const oauthOidcSettingsSchema: Schema<OauthOidcSettings> = objectOf(each(oauthOidcFlags, flag), {
  description: 'OauthOidcSettings',
})
export const connectedAppSettingsSchema: Schema<ConnectedAppSettings> = objectOf(each(connectedAppFlags, flag), {
  description: 'ConnectedAppSettings',
})
export const externalClientAppSettingsSchema: Schema<ExternalClientAppSettings> = objectOf(
  each(externalClientAppFlags, flag),
  { description: 'ExternalClientAppSettings' },
)

const minutes: Readonly<Record<SessionTimeout, number>> = {
  FifteenMinutes: 15,
  ThirtyMinutes: 30,
  SixtyMinutes: 60,
  NinetyMinutes: 90,
  TwoHours: 120,
  FourHours: 240,
  EightHours: 480,
  TwelveHours: 720,
  TwentyFourHours: 1440,
}

/** Two hours where nothing is set (SF-08). */
export function sessionTimeoutMinutes({ sessionSettings }: SecuritySettings): number {
  return minutes[sessionSettings?.sessionTimeout ?? 'TwoHours']
}
