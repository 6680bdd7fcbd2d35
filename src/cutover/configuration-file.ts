/** What a cutover file holds once it was read: defaults filled in, secrets in the place of where they lie. */
import type { Secret } from '../values/secret.ts'

/** Metadata API and login history of one Salesforce org. */
export type SalesforceOrg = {
  /** Origin of the instance, e.g. `https://acme.my.salesforce.com`. */
  readonly instance: string
  /** Whose token it is, for people. */
  readonly username?: string
  readonly accessToken: Secret
  /** Of the API, e.g. `62.0`. */
  readonly api: string
  /** Full name of the settings component, where it is not the only one that names the app. */
  readonly component?: string
  /** As login history calls the app, where that is not its name. */
  readonly application?: string
}

/** As a person writes a row: `203.0.113.7`, `203.0.113.0/29`, `203.0.113.1-203.0.113.6`, or both ends with a note. */
export type WrittenRange = string | { readonly start: string; readonly end?: string; readonly description?: string }

/** A list that nothing here can read: what is in it when a cutover begins is what somebody says. */
export type ToldList = {
  readonly ranges: readonly WrittenRange[]
  readonly enforce: boolean
}
export type SupportCase = ToldList & {
  readonly orgId: string
  readonly reason: string
}

export type AllowlistChoice =
  | { readonly org: string }
  | { readonly salesforce: SalesforceOrg }
  | { readonly manual: ToldList }
  | { readonly supportCase: SupportCase }

/** Who redeemed, from where, and how it went. */
export type HistoryChoice = { readonly org: string } | { readonly salesforce: SalesforceOrg }

/** Traffic that goes by the URL of one proxy or of another, with nothing that pins an address and nothing that counts what is open. */
export type ProxyPair = {
  readonly from: Secret
  readonly to: Secret
  /** Answers with the address that it is called from. */
  readonly echo: string
  /** How long one command may take. */
  readonly within: string
}
export type EnvironmentFile = ProxyPair & {
  readonly file: string
  readonly name: string
  /** Makes whoever reads the file read it again; without a shell. */
  readonly after?: readonly string[]
}
export type TrafficCommands = ProxyPair & {
  readonly read: readonly string[]
  readonly move: readonly string[]
  readonly back: readonly string[]
}

export type TrafficChoice =
  | { readonly gateway: string; readonly clients?: readonly string[] }
  | { readonly env: EnvironmentFile }
  | { readonly command: TrafficCommands }

/** One that can pin, or one behind each of the two proxies. */
export type KeeperChoice = string | { readonly from: string; readonly to: string }

/** The list of one app, and what its redemptions are proven by. */
export type AppOfFile = {
  readonly app: string
  readonly allowlist: AllowlistChoice
  /** That of the list, where one is read there. */
  readonly history?: HistoryChoice
  readonly tokens: { readonly org?: Secret; readonly gateway?: Secret; readonly keeper?: Secret }
  /** Canaries. */
  readonly connections: readonly string[]
}

/** Who is told of what happens, by a webhook. */
export type NotifyChoice = {
  readonly url: Secret
  /** `whsec_` and base64; where it is left out nothing is signed. */
  readonly secret?: Secret
  readonly allowPrivate: boolean
}

export type CutoverFile = AppOfFile & {
  readonly traffic: TrafficChoice
  readonly keeper: KeeperChoice
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly propagationWait: string
  readonly drainWait: string
  readonly watch: { readonly for: string; readonly redemptionSuccess: number }
  readonly lookBack: string
  readonly notify?: NotifyChoice
  /** Whose list changes after that of the first, never at once with it (SF-292). */
  readonly second?: AppOfFile
}

/** Undefined where nobody can tell who redeemed. */
export function historyOf({ allowlist, history }: AppOfFile): HistoryChoice | undefined {
  if (history !== undefined) return history
  return 'org' in allowlist || 'salesforce' in allowlist ? allowlist : undefined
}

/** The URLs of two proxies, where traffic goes by one of them and no gateway of ours pins its address. */
export function proxiesOf(traffic: TrafficChoice): ProxyPair | undefined {
  if ('gateway' in traffic) return undefined
  return 'env' in traffic ? traffic.env : traffic.command
}
