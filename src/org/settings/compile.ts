/** From stored objects to the settings in force. */
import { parseAllowlist, type Allowlist } from '../../ip/allowlist.ts'
import { compileRanges } from '../../ip/matcher.ts'
import { parseRangeList, trustedRangeLimits } from '../../ip/range-list.ts'
import { readRangeRow, startEnd, startIpAddress } from '../../ip/range-spelling.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { parseOrganizationId } from '../../values/salesforce-id.ts'
import type { Secret } from '../../values/secret.ts'
import { minutes } from '../../values/time.ts'
import type { OrgConfiguration } from '../configuration.ts'
import type { AppObject } from '../metadata/app-object.ts'
import { flattenFields, readApp } from '../metadata/app-object.ts'
import { compileApp, type CompileTerms } from '../metadata/compile-app.ts'
import type { ObjectFault } from '../metadata/object-fault.ts'
import {
  sessionTimeoutMinutes,
  type OauthOidcSettings,
  type Organization,
  type SecuritySettings,
} from '../metadata/org-wide.ts'
import type { AppEntry, Settings } from '../settings.ts'
import type { ObjectRow } from '../store/objects.ts'
import { macWith, secretCheck } from '../tokens/mac.ts'

/** What holds for the whole org, without its apps. */
export type OrgWide = Omit<Settings, 'appsByConsumerKey' | 'appsByName'> & Omit<CompileTerms, 'version'>

export type OrgWideChoices = { readonly configuration: OrgConfiguration; readonly publicUrl: () => string }

/** What was never saved has the fact book's defaults. Throws where the store has no organization: it is made when the org is. */
export function compileOrgWide(rows: readonly ObjectRow[], { configuration, publicUrl }: OrgWideChoices): OrgWide {
  const contentOf = (kind: ObjectRow['kind']): string => rows.find((each) => each.kind === kind)?.content ?? '{}'
  const organization = stored<Organization>(contentOf('organization'))
  const security = stored<SecuritySettings>(contentOf('securitySettings'))
  const oauthOidc = stored<OauthOidcSettings>(contentOf('oauthOidcSettings'))
  const id = parseOrganizationId(organization.id ?? '')
  if (!id.ok) throw new Error(`the id of the organization in the store is ${id.fault}`)
  const timeout = minutes(sessionTimeoutMinutes(security))
  return {
    organization: {
      id: id.value,
      name: organization.name ?? 'Sallyport',
      get instanceUrl() {
        return organization.instanceUrl ?? publicUrl() // a port that was chosen freely is known only once it listens
      },
    },
    trustedRanges: compileRanges(trustedRangesOf(security)),
    sessionTimeout: timeout,
    orgSessionTimeout: timeout,
    context: { configuration, orgRequiresPkce: oauthOidc.isPkceRequired ?? false },
  }
}

function trustedRangesOf({ networkAccess }: SecuritySettings) {
  const parsed = parseTrustedRanges(networkAccess?.ipRanges ?? [])
  if (!parsed.ok) throw new Error(`a trusted range in the store cannot be read: ${parsed.fault[0]?.message}`)
  return parsed.value
}

export const parseTrustedRanges = (rows: readonly object[]): ReturnType<typeof parseRangeList> =>
  parseRangeList(
    rows.map((row) => readRangeRow({ ...row }, startEnd)),
    trustedRangeLimits,
  )

/** `secret` is the consumer secret in the clear; the entry keeps it inside two functions. */
export function compileEntry(
  app: AppObject,
  secret: Secret | undefined,
  terms: CompileTerms,
): Result<AppEntry, readonly ObjectFault[]> {
  const compiled = compileApp(app, terms)
  if (!compiled.ok) return compiled
  const allowlist = allowlistOf(app)
  if (!allowlist.ok) return allowlist
  return ok({
    ...compiled.value,
    secretIs: secret === undefined ? (sent) => noSecret(sent) && false : secretCheck(secret.expose()),
    sign: secret === undefined ? undefined : macWith(Buffer.from(secret.expose())),
    certificate: readApp(app).certificate,
    allowlist: allowlist.value,
  })
}

/** As dear as the check of a secret that is there. */
const noSecret = secretCheck('')

function allowlistOf(app: AppObject): Result<Allowlist, readonly ObjectFault[]> {
  const parsed = parseAllowlist(
    (flattenFields(app).tokenIpRanges ?? []).map((row) => readRangeRow(row, startIpAddress)),
  )
  if (parsed.ok) return parsed
  const place = readApp(app).place('tokenIpRanges')
  return fault(
    parsed.fault.map(({ row, message }) => ({ at: [...place, row - 1], message, next: 'Change that row.', row })),
  )
}

/** What is in the store was validated when it was saved. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-parameters
export const stored = <T>(content: string): T => JSON.parse(content) as T

/** An app's object as it is stored. */
export function storedApp(kind: AppObject['kind'], content: string): AppObject {
  return kind === 'externalClientApp' ? { kind, object: stored(content) } : { kind, object: stored(content) }
}
