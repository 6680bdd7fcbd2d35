/** The part of oidc-provider that its subject uses; the package carries no types. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  export interface Client {
    readonly clientId: string
  }
  interface GrantModel {
    addOIDCScope(scope: string): void
    save(): Promise<string>
  }
  interface TokenModel {
    save(): Promise<string>
  }
  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>)
    readonly Grant: new (properties: { accountId: string; clientId: string }) => GrantModel
    readonly RefreshToken: new (properties: Readonly<Record<string, unknown>>) => TokenModel
    readonly Client: { find(id: string): Promise<Client | undefined> }
    callback(): RequestListener
    on(event: 'server_error', listener: (context: unknown, error: Error) => void): this
  }
}
