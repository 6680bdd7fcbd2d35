/** What a policy is: one Salesforce setting with its label, its metadata fields, its defaults, and its say in a decision. */
import type { Result } from '../../values/result.ts'
import type { Duration, Instant } from '../../values/time.ts'
import type { Request } from './app.ts'
import type { ErrorCode } from './errors/catalogue.ts'
import type { Saw } from './errors/entry.ts'
import type { AppKind, FieldFault, FieldName, Fields } from './fields.ts'

export type Vote =
  | { readonly kind: 'abstain' }
  | { readonly kind: 'allow'; readonly saw: Saw }
  /** `ends: 'grant'`: this refusal is final for the grant, even if the policy is relaxed afterwards (SF-182). */
  | { readonly kind: 'deny'; readonly code: ErrorCode; readonly saw: Saw; readonly ends?: 'grant' }

export const abstain: Vote = { kind: 'abstain' }
export const allow = (saw: Saw): Vote => ({ kind: 'allow', saw })
export const deny = (code: ErrorCode, saw: Saw): Vote => ({ kind: 'deny', code, saw })
export const denyForGood = (code: ErrorCode, saw: Saw): Vote => ({ kind: 'deny', code, saw, ends: 'grant' })

/** What may be issued. Policies fold over it in the list's order and may only narrow it. */
export type Terms = {
  /** Replace the refresh token at each redemption (SF-187). */
  readonly rotate: boolean
  /** When the refresh token ends if nobody uses it; for people, since what decides is the guard at the moment of use (SF-182). */
  readonly refreshTokenExpiresAt: Instant | 'never'
  /** How many live approvals of one user for this app remain after a new one, the new one included (SF-209). */
  readonly approvalsKept: number
}

/** Something worth a person's look; never blocks anything by itself (SF-239). */
export type Signal = { readonly kind: 'heartbeat-late'; readonly idle: Duration }

/** The server's own settings that decide where metadata is silent or sources disagree (fact book, section 27). */
export type ServerChoices = {
  /** SF-141 */
  readonly allowlistForConnectedApps: boolean
  readonly ecaDefaults: {
    /** Days of a fixed life (SF-186). */
    readonly refreshTokenPolicyDays: number
    /** SF-197 */
    readonly rotation: boolean
  }
  /** SF-192 */
  readonly reauthRevokesAll: boolean
}

/** What parsing may depend on beside the app's own fields. */
export type PolicyContext = {
  readonly kind: AppKind
  readonly configuration: ServerChoices
  /** OauthOidcSettings.isPkceRequired (SF-98). */
  readonly orgRequiresPkce: boolean
}

export type Policy<S> = {
  /** The name in traces and explanations. */
  readonly id: string
  /** As Setup shows it. */
  readonly label: string
  /** One plain sentence for the reference page. */
  readonly does: string
  readonly fact: string
  readonly fields: Readonly<Record<string, readonly string[]>>
  /** From the metadata fields of an app, or a fault that names the field. Left-out fields take the default of the kind (fact book, 24a). */
  readonly parse: (fields: Fields, context: PolicyContext) => Result<S, readonly FieldFault[]>
  /** What must not be saved although it can be read: an import may hold it, an editor may not make it. */
  readonly save?: (fields: Fields, context: PolicyContext) => readonly FieldFault[]
  /** A control that a partner app cannot switch off again (SF-98, SF-225): its switch, and whether these settings have it on. */
  readonly oneWay?: { readonly field: FieldName; readonly isOn: (settings: S) => boolean }
  readonly guard?: (request: Request, settings: S) => Vote
  readonly terms?: (terms: Terms, request: Request, settings: S) => Terms
  readonly signals?: (request: Request, settings: S) => readonly Signal[]
}

/** A policy whose settings type is forgotten outside its own file, so that policies of all kinds stand in one list. */
export type BoundPolicy = {
  readonly policy: Policy<never>
  /** The policy with an app's settings parsed in; faults name the field. */
  readonly bind: (fields: Fields, context: PolicyContext) => Result<Bound, readonly FieldFault[]>
  /** Undefined for a policy that is no one-way control. Fields that cannot be read have nothing on. */
  readonly oneWay: OneWay | undefined
}
export type OneWay = {
  readonly field: FieldName
  readonly isOn: (fields: Fields, context: PolicyContext) => boolean
}
export type Bound = {
  readonly id: string
  /** What stands in a trace where this policy has no say: the same line each time. */
  readonly silent: { readonly policy: string; readonly vote: 'abstain' }
  readonly guard: ((request: Request) => Vote) | undefined
  readonly terms: ((terms: Terms, request: Request) => Terms) | undefined
  readonly signals: ((request: Request) => readonly Signal[]) | undefined
}
/** An app's policies, settings parsed in, in the list's order. */
export type PolicySettings = readonly Bound[]

/** The field names of a policy are checked against the metadata by a test, since types cannot see into the strings. */
export function definePolicy<S>(policy: Policy<S>): Policy<S> {
  return policy
}

export function bindable<S>(policy: Policy<S>): BoundPolicy {
  const { guard, terms, signals, oneWay } = policy
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only read for its words; `bind` is the typed way in
    policy: policy as unknown as Policy<never>,
    oneWay: oneWay && {
      field: oneWay.field,
      isOn(fields, context) {
        const parsed = policy.parse(fields, context)
        return parsed.ok && oneWay.isOn(parsed.value)
      },
    },
    bind(fields, context) {
      const parsed = policy.parse(fields, context)
      if (!parsed.ok) return parsed
      const settings = parsed.value
      return {
        ok: true,
        value: {
          id: policy.id,
          silent: { policy: policy.id, vote: 'abstain' },
          guard: guard && ((request) => guard(request, settings)),
          terms: terms && ((before, request) => terms(before, request, settings)),
          signals: signals && ((request) => signals(request, settings)),
        },
      }
    },
  }
}
