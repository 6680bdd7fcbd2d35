/** From an app's metadata to what decisions are made from: every policy's settings parsed in. */
import { fault, ok, type Result } from '../../values/result.ts'
import { appName, consumerKey, settingsVersion } from '../../values/domain.ts'
import { minutes, type Duration } from '../../values/time.ts'
import type { App } from '../rules/app.ts'
import type { FieldFault } from '../rules/fields.ts'
import { policies } from '../rules/policies/list.ts'
import type { Bound, PolicyContext, PolicySettings } from '../rules/policy.ts'
import { readApp, type AppObject } from './app-object.ts'
import { callbacksOf, checkApp, schemeFaults } from './check-app.ts'
import type { ObjectFault } from './object-fault.ts'
import type { ReadApp } from './read-app.ts'

/** What an app's compilation depends on beside its own object. */
export type CompileTerms = {
  readonly version: number
  readonly context: Omit<PolicyContext, 'kind'>
  readonly orgSessionTimeout: Duration
}

const idTokenMinutes = 2 // SF-128 knows no default; Setup's field starts with this

export type CompiledApp = { readonly app: App; readonly policies: PolicySettings }

/** All faults together. Reads what could be saved once, also what an editor may no longer save (`checkForSave`). */
export function compileApp(app: AppObject, terms: CompileTerms): Result<CompiledApp, readonly ObjectFault[]> {
  const read = readApp(app)
  const bound = bindPolicies(read, terms.context)
  const faults = [...checkApp(read), ...bound.faults]
  if (faults.length > 0) return fault(faults)
  const compiled: App = {
    name: appName(read.name),
    kind: read.kind,
    label: read.label,
    contactEmail: read.contactEmail,
    consumerKey: consumerKey(read.consumerKey ?? ''),
    callbacks: callbacksOf(read.callbackUrl),
    scopes: read.scopes,
    isEnabled: read.isEnabled,
    isConsumerSecretOptional: read.fields.isConsumerSecretOptional ?? false,
    isIntrospectAllTokens: read.fields.isIntrospectAllTokens ?? false,
    sessionTimeout: read.sessionMinutes === undefined ? terms.orgSessionTimeout : minutes(read.sessionMinutes),
    idTokenValidity: minutes(read.idTokenMinutes ?? idTokenMinutes),
    idTokenAudience: (read.idTokenAudience ?? '').split(/[\s,]+/).filter(Boolean),
    version: settingsVersion(terms.version),
  }
  return ok({ app: compiled, policies: bound.policies })
}

/** What an editor may not save although it could be read, on top of what `compileApp` finds. */
export function checkForSave(app: AppObject, context: CompileTerms['context']): readonly ObjectFault[] {
  const read = readApp(app)
  const fromPolicies = policies.flatMap(({ policy }) =>
    (policy.save?.(read.fields, { ...context, kind: read.kind }) ?? []).map((each) => placed(read, each)),
  )
  return [...schemeFaults(read), ...fromPolicies]
}

function bindPolicies(
  read: ReadApp,
  context: CompileTerms['context'],
): { readonly policies: readonly Bound[]; readonly faults: readonly ObjectFault[] } {
  const results = policies.map(({ bind }) => bind(read.fields, { ...context, kind: read.kind }))
  return {
    policies: results.flatMap((each) => (each.ok ? [each.value] : [])),
    faults: results.flatMap((each) => (each.ok ? [] : each.fault.map((one) => placed(read, one)))),
  }
}

function placed(read: ReadApp, { field, means, row }: FieldFault): ObjectFault {
  const at = row === undefined ? read.place(field) : [...read.place(field), row - 1]
  return { at, message: means, next: `Change ${field}.`, ...(row === undefined ? {} : { row }) }
}
