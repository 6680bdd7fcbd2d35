/** The org file: Salesforce metadata in YAML. Read, validated, secrets fetched; nothing is applied here. */
import type { DocumentFault, Path } from '../../documents/fault.ts'
import { resolveSecrets, secretSchema, type SecretReaders } from '../../documents/secrets.ts'
import { validateDocument } from '../../documents/validate.ts'
import { parseYamlDocument, type Locate } from '../../documents/yaml-document.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { Schema } from '../../values/schema.ts'
import type { ServerChoices } from '../rules/policy.ts'
import { canonicalUsername } from '../store/users.ts'
import { readApp, type AppObject } from './app-object.ts'
import { checkAppForSave, checkProfile, checkSecuritySettings, checkUser } from './check-object.ts'
import { connectedAppSchema, type ConnectedApp } from './connected-app.ts'
import { externalClientAppSchema, type ExternalClientApp } from './external-client-app.ts'
import { inDocument, type ObjectFault } from './object-fault.ts'
import {
  connectedAppSettingsSchema,
  externalClientAppSettingsSchema,
  oauthOidcSettingsSchema,
  organizationSchema,
  securitySettingsSchema,
  type ConnectedAppSettings,
  type ExternalClientAppSettings,
  type OauthOidcSettings,
  type Organization,
  type SecuritySettings,
} from './org-wide.ts'
import {
  permissionSetSchema,
  profileSchema,
  standardProfiles,
  userSchema,
  type PermissionSet,
  type Profile,
  type User,
} from './people.ts'
import { listOf, objectOf, optional } from './shape.ts'

export type OrgFile = {
  readonly organization?: Organization
  readonly securitySettings?: SecuritySettings
  readonly oauthOidcSettings?: OauthOidcSettings
  readonly connectedAppSettings?: ConnectedAppSettings
  readonly externalClientAppSettings?: ExternalClientAppSettings
  readonly profiles?: readonly Profile[]
  readonly permissionSets?: readonly PermissionSet[]
  readonly users?: readonly User[]
  readonly externalClientApps?: readonly ExternalClientApp[]
  readonly connectedApps?: readonly ConnectedApp[]
}

const many = <T>(schema: Schema<T>) => optional(listOf(schema, { maxItems: 100_000 }))

/** JSON Schema of the org file, for editors. */
export const orgFileSchema: Schema<OrgFile> = objectOf(
  {
    organization: optional(organizationSchema),
    securitySettings: optional(securitySettingsSchema),
    oauthOidcSettings: optional(oauthOidcSettingsSchema),
    connectedAppSettings: optional(connectedAppSettingsSchema),
    externalClientAppSettings: optional(externalClientAppSettingsSchema),
    profiles: many(profileSchema),
    permissionSets: many(permissionSetSchema),
    users: many(userSchema(secretSchema)),
    externalClientApps: many(externalClientAppSchema(secretSchema)),
    connectedApps: many(connectedAppSchema(secretSchema)),
  },
  { description: 'The org file: objects of the Metadata API under their own field names.' },
)

export type ReadOrgFile = { readonly file: OrgFile; readonly warnings: readonly DocumentFault[] }
export type OrgFileTerms = {
  /** Only a name for messages. */
  readonly fileName: string
  readonly secrets: SecretReaders
  readonly configuration: ServerChoices
}

/** All faults together, each with line and column. */
export function readOrgFile(text: string, terms: OrgFileTerms): Result<ReadOrgFile, readonly DocumentFault[]> {
  const document = parseYamlDocument(text, terms.fileName)
  if (!document.ok) return document
  const { value, locate } = document.value
  const validated = validateDocument(orgFileSchema, value ?? {}, locate)
  if (!validated.ok) return validated
  const resolved = resolveSecrets(validated.value, terms.secrets, locate)
  if (!resolved.ok) return resolved
  const file = resolved.value.value
  const faults = [...objectFaults(file, terms.configuration, locate), ...duplicates(file, locate)]
  if (faults.length > 0) return fault(faults)
  return ok({ file, warnings: [...resolved.value.warnings, ...strangers(file, locate)] })
}

/** The apps of both kinds, each with the list that it stands in. */
export function appsOf(file: OrgFile): readonly { readonly app: AppObject; readonly root: Path }[] {
  return [
    ...(file.externalClientApps ?? []).map((object, i) => ({
      app: { kind: 'externalClientApp', object } as const,
      root: ['externalClientApps', i],
    })),
    ...(file.connectedApps ?? []).map((object, i) => ({
      app: { kind: 'connectedApp', object } as const,
      root: ['connectedApps', i],
    })),
  ]
}

function objectFaults(file: OrgFile, configuration: ServerChoices, locate: Locate): readonly DocumentFault[] {
  const context = { configuration, orgRequiresPkce: file.oauthOidcSettings?.isPkceRequired ?? false }
  const profiles = [...standardProfiles, ...(file.profiles ?? []).map(({ name }) => name)]
  const say = (faults: readonly ObjectFault[], root: Path) => inDocument(faults, root, locate)
  return [
    ...say(checkSecuritySettings(file.securitySettings ?? {}), ['securitySettings']),
    ...(file.profiles ?? []).flatMap((each, i) => say(checkProfile(each), ['profiles', i])),
    ...(file.users ?? []).flatMap((each, i) => say(checkUser(each, profiles), ['users', i])),
    ...appsOf(file).flatMap(({ app, root }) => say(checkAppForSave(app, context), root)),
  ]
}

type Mention = { readonly key: string; readonly path: Path }

function duplicates(file: OrgFile, locate: Locate): readonly DocumentFault[] {
  const apps = appsOf(file)
  const keys = apps.flatMap(({ app, root }): Mention[] => {
    const { consumerKey, keys: section } = readApp(app)
    return consumerKey === undefined ? [] : [{ key: consumerKey, path: [...root, section, 'consumerKey'] }]
  })
  return [
    ...repeated('profile', named(file.profiles, 'profiles'), locate),
    ...repeated('permission set', named(file.permissionSets, 'permissionSets'), locate),
    ...repeated('user', (file.users ?? []).map(mentionOfUser), locate),
    ...repeated(
      'app',
      apps.map(({ app, root }) => ({ key: app.object.name, path: [...root, 'name'] })),
      locate,
    ),
    ...repeated('consumerKey', keys, locate),
  ]
}

const named = (list: readonly { readonly name: string }[] | undefined, root: string): readonly Mention[] =>
  (list ?? []).map(({ name }, i) => ({ key: name, path: [root, i, 'name'] }))

const mentionOfUser = ({ username }: User, i: number): Mention => ({
  key: canonicalUsername(username),
  path: ['users', i, 'username'],
})

function repeated(what: string, mentions: readonly Mention[], locate: Locate): readonly DocumentFault[] {
  const first = new Map<string, Mention>()
  return mentions.flatMap((mention) => {
    const earlier = first.get(mention.key)
    if (earlier === undefined) first.set(mention.key, mention)
    if (earlier === undefined) return []
    const line = locate(earlier.path)?.line
    const message = `the ${what} ${mention.key} is given twice; first in line ${line ?? '?'}`
    return inDocument([{ at: mention.path, message, next: 'Keep one of the two.' }], [], locate)
  })
}

/** Assigned users who are not in this file: they may have been made through the admin API, so that is only worth a warning. */
function strangers(file: OrgFile, locate: Locate): readonly DocumentFault[] {
  const known = new Set((file.users ?? []).map(({ username }) => canonicalUsername(username)))
  return (file.permissionSets ?? []).flatMap(({ assigned = [] }, i) =>
    assigned.flatMap((username, j) => {
      if (known.has(canonicalUsername(username))) return []
      const message = `${username} is not a user of this file`
      const at = ['permissionSets', i, 'assigned', j]
      return inDocument([{ at, message, next: 'Ignore this if the user was made through the admin API.' }], [], locate)
    }),
  )
}
