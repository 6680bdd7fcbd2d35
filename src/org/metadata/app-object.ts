/** An app of either kind, as its metadata has it. */
import type { Fields } from '../rules/fields.ts'
import type { ConnectedApp } from './connected-app.ts'
import { readConnectedApp } from './connected-app-fields.ts'
import type { ExternalClientApp } from './external-client-app.ts'
import { readExternalClientApp } from './external-client-app-fields.ts'
import type { ReadApp } from './read-app.ts'

export type AppObject =
  | { readonly kind: 'externalClientApp'; readonly object: ExternalClientApp }
  | { readonly kind: 'connectedApp'; readonly object: ConnectedApp }

export function readApp(app: AppObject): ReadApp {
  return app.kind === 'externalClientApp' ? readExternalClientApp(app.object) : readConnectedApp(app.object)
}

/** The metadata fields that policies read, laid flat. */
export const flattenFields = (app: AppObject): Fields => readApp(app).fields

/** The object without its consumer secret: what is stored as JSON, shown, and audited. */
export function withoutSecret(app: AppObject): AppObject {
  if (app.kind === 'externalClientApp') {
    const { globalOauthSettings, ...rest } = app.object
    if (globalOauthSettings === undefined) return app
    const { consumerSecret: _, ...shown } = globalOauthSettings
    return { kind: app.kind, object: { ...rest, globalOauthSettings: shown } }
  }
  const { oauthConfig, ...rest } = app.object
  if (oauthConfig === undefined) return app
  const { consumerSecret: _, ...shown } = oauthConfig
  return { kind: app.kind, object: { ...rest, oauthConfig: shown } }
}

export function withConsumerKey(app: AppObject, consumerKey: string): AppObject {
  if (app.kind === 'externalClientApp') {
    const globalOauthSettings = { ...app.object.globalOauthSettings, consumerKey }
    return { kind: app.kind, object: { ...app.object, globalOauthSettings } }
  }
  return { kind: app.kind, object: { ...app.object, oauthConfig: { ...app.object.oauthConfig, consumerKey } } }
}

/** Fields that the object itself does not set keep what stands in `security`; a list is replaced as a whole. */
export function withAllowlist(
  app: AppObject,
  security: Pick<
    NonNullable<ExternalClientApp['oauthSecuritySettings']>,
    'enforceRefreshTokenIpAllowlist' | 'tokenIpRanges'
  >,
): AppObject {
  const oauthSecuritySettings = { ...app.object.oauthSecuritySettings, ...security }
  if (app.kind === 'externalClientApp') return { kind: app.kind, object: { ...app.object, oauthSecuritySettings } }
  return { kind: app.kind, object: { ...app.object, oauthSecuritySettings } }
}
