/** `sallyport/keeper`: connections to Salesforce that survive rotation, in one's own process. Loads neither the org nor an HTTP server. */
import type { Keeper, KeeperOptions } from './keeper/keeper-face.ts'
import type { Log } from './keeper/log.ts'
import { startKeeper } from './system.ts'
import { secret, type Secret } from './values/secret.ts'

export type { ConnectionKey } from './keeper/connection-key.ts'
export type {
  AccessToken,
  AdoptWish,
  AppWish,
  ConnectionName,
  ConnectionView,
  Connecting,
  EventPage,
  FetchInit,
  Keeper,
  KeeperEvent,
  KeeperOptions,
  KeeperSettings,
  Keyring,
  OpenedLink,
} from './keeper/keeper-face.ts'
export type { KeyCare, KeyView, Rewrapped } from './keeper/keys-face.ts'
export type { ConnectWish, LinkTicket } from './keeper/login-face.ts'
export type {
  Exported,
  ExportWish,
  Imported,
  ImportedEntry,
  ImportWish,
  MoveCare,
  NotExported,
} from './keeper/move-face.ts'
export type { Explanation } from './keeper/rules/triage.ts'
export type { WebhookName, Webhooks, WebhookTest, WebhookView, WebhookWish } from './keeper/webhook-face.ts'
export { forJsforce, type JsforceOptions } from './keeper/adapters/jsforce.ts'
export { forOAuthClient, type TokenAnswer } from './keeper/adapters/oauth-client.ts'
export { forSalesforceCore } from './keeper/adapters/salesforce-core.ts'
export { KeeperError, type KeeperErrorCode } from './keeper/keeper-error.ts'
export { secret, type Secret }

/** `log` takes structured records without secrets; left out, nothing is said. */
export async function openKeeper(options: KeeperOptions & { readonly log?: Log }): Promise<Keeper> {
  return await startKeeper({ log: quiet, ...options })
}

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
