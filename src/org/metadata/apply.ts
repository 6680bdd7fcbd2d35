/** Putting an org file into force: only what the file itself changed since it was last applied, all in one transaction. Grants are not touched. */
import { pathText } from '../../documents/fault.ts'
import type { Storage } from '../../storage/storage.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { findApps } from '../store/apps.ts'
import { findAllObjects } from '../store/objects.ts'
import type { Change } from '../store/save.ts'
import { canonicalUsername, findUser, findUsernamesFromFile, type UserRow } from '../store/users.ts'
import type { OrgWrites } from '../store/writes.ts'
import { planApp } from './apply-app.ts'
import { planObject } from './apply-object.ts'
import { planUser } from './apply-user.ts'
import { appsOf, type OrgFile } from './org-file.ts'
import type { Difference } from './merge.ts'
import type { ApplyParts, Planned, Stored } from './planned.ts'

export type Applied = {
  /** `externalClientApp Nightly_Sync`, … */
  readonly applied: readonly string[]
  /** What the admin API changed and the file says otherwise; `differences` name the fields, never the value of a secret. */
  readonly kept: readonly { readonly object: string; readonly differences: readonly Difference[] }[]
  /** Applied once, and no longer in the file: they stay. */
  readonly vanished: readonly string[]
}

/** `reapply` overwrites what the admin API changed. The fault is a sentence: a name or key that another app has taken, or a control that may not
 *  be switched off (SF-98). */
export async function applyOrgFile(
  parts: ApplyParts,
  file: OrgFile,
  { reapply }: { readonly reapply: boolean },
): Promise<Result<Applied, string>> {
  const store = await readStore(parts.storage, file)
  const planned = await plan(parts, file, { store, reapply })
  const refused = planned.flatMap(refusalsOf)
  if (refused.length > 0) return fault(refused.join(' '))
  const at = parts.clock()
  const changes = planned.flatMap(({ change, object }) =>
    change === undefined ? [] : [audited(parts, change, object)],
  )
  if (changes.length > 0) {
    const result = await parts.storage.write('save', { at, changes })
    if (result.kind !== 'committed') throw new Error(`the org file could not be stored: ${result.kind}`)
    const outcome = result.value
    if (outcome.kind === 'refused') return fault(refusalWords[outcome.why](outcome.name))
  }
  return ok({
    applied: planned.filter(({ change }) => change !== undefined).map(({ object }) => object),
    kept: planned
      .filter(({ differences }) => differences.length > 0)
      .map(({ object, differences }) => ({ object, differences })),
    vanished: vanishedFrom(store, planned),
  })
}

function refusalsOf({ object, refused = [] }: Planned): string[] {
  return refused.map(({ at, message, next }) => `${object}: ${pathText(at)} ${message}. ${next}`)
}

const refusalWords = {
  'stale': (name: string) => `${name} was changed by someone else at the same moment; start again.`,
  'name-taken': (name: string) => `${name} is the name of an app of the other kind already.`,
  'key-taken': (name: string) => `The consumerKey of ${name} belongs to another app already.`,
} as const

async function readStore(storage: Storage<OrgWrites>, file: OrgFile): Promise<Stored> {
  return await storage.read(function* () {
    const objects = yield* findAllObjects()
    const apps = yield* findApps({ limit: Number.MAX_SAFE_INTEGER })
    const users: UserRow[] = []
    for (const { username } of file.users ?? []) {
      const user = yield* findUser(username)
      if (user !== undefined) users.push(user)
    }
    return {
      objects: new Map(objects.map((row) => [`${row.kind} ${row.name}`, row])),
      apps: new Map(apps.map((row) => [row.name, row])),
      users: new Map(users.map((row) => [row.username, row])),
      usersFromFile: yield* findUsernamesFromFile(),
    }
  })
}

type PlanTerms = { readonly store: Stored; readonly reapply: boolean }

async function plan(parts: ApplyParts, file: OrgFile, { store, reapply }: PlanTerms): Promise<readonly Planned[]> {
  const singletons = [
    ['organization', file.organization],
    ['securitySettings', file.securitySettings],
    ['oauthOidcSettings', file.oauthOidcSettings],
    ['connectedAppSettings', file.connectedAppSettings],
    ['externalClientAppSettings', file.externalClientAppSettings],
  ] as const
  const planned: Planned[] = []
  for (const [kind, content] of singletons) {
    if (content !== undefined) planned.push(planObject({ kind, name: 'org', content }, store, reapply))
  }
  for (const content of file.profiles ?? [])
    planned.push(planObject({ kind: 'profile', name: content.name, content }, store, reapply))
  for (const content of file.permissionSets ?? [])
    planned.push(planObject({ kind: 'permissionSet', name: content.name, content }, store, reapply))
  for (const user of file.users ?? [])
    planned.push(await planUser(parts, user, { row: store.users.get(canonicalUsername(user.username)), reapply }))
  for (const { app } of appsOf(file))
    planned.push(planApp(parts, app, { row: store.apps.get(app.object.name), reapply }))
  return planned
}

function audited({ recordIds, clock }: ApplyParts, change: Change, object: string): Change {
  if (change.kind === 'delete') return change
  const action = change.expects === null ? 'create' : 'update'
  const entry = { id: recordIds(clock()), actor: 'org file', action, object }
  return { ...change, audit: { ...entry, before: change.expects, after: change.content } }
}

function vanishedFrom(store: Stored, planned: readonly Planned[]): readonly string[] {
  const inFile = new Set(planned.map(({ object }) => object))
  const once = [
    ...[...store.objects].filter(([, { applied }]) => applied !== null).map(([key]) => key),
    ...store.usersFromFile.map((username) => `user ${username}`),
  ]
  return once.filter((object) => !inFile.has(object) && object !== 'organization org')
}
