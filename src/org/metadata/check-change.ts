/** What an app may not become, being what it is: a partner's app keeps its security controls (SF-98, SF-225). */
import type { OrgConfiguration } from '../configuration.ts'
import { switchedOff } from '../rules/one-way.ts'
import { readApp, type AppObject } from './app-object.ts'
import type { ObjectFault } from './object-fault.ts'

/** Nothing where `org.controls.oneWay` is off, or the app was not a partner's before. Expects both to be sound on their own. */
export function checkChange(
  before: AppObject,
  after: AppObject,
  configuration: OrgConfiguration,
): readonly ObjectFault[] {
  if (!configuration.controls.oneWay || !isOfPartner(before)) return []
  const read = readApp(before)
  const context = { kind: before.kind, configuration, orgRequiresPkce: false }
  const faults = switchedOff(read.fields, readApp(after).fields, context)
  return [
    ...(isOfPartner(after) ? [] : [fault(['distributionState'], 'cannot go back to Local')]),
    ...faults.map(({ field, means }) => fault(read.place(field), means)),
  ]
}

/** An app is marked as a partner's by being distributed in a package; the metadata of a Connected App has no such mark (SF-221, SF-249). */
function isOfPartner(app: AppObject): boolean {
  return app.kind === 'externalClientApp' && (app.object.distributionState ?? 'Local') !== 'Local'
}

const fault = (at: ObjectFault['at'], means: string): ObjectFault => ({
  at,
  message: `${means}: the app is a partner's, since it is distributed`,
  next: 'Leave it as it is. Where nobody holds a partner to it, set org.controls.oneWay to false.',
})
