/** What jsforce, and @salesforce/core with it, calls when the org has answered that an access token is over. */

/** As far as it is used, jsforce's `Connection`. */
export type JsforceConnection = { accessToken?: string | null | undefined; instanceUrl: string }

export type Callback = (error: Error | null, accessToken: string | undefined) => void

export type RefreshFn = (connection: JsforceConnection, callback: Callback) => void

/** Names of jsforce's own. */
export type Handed = { readonly accessToken: string; readonly instanceUrl: string }
