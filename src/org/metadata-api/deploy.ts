/** `deploy`: one settings file in a zip takes the place of the one that there is, as a save of the admin API would. */
import { parseXml } from '../../documents/xml.ts'
import { readZip, type ZipFile } from '../../documents/zip.ts'
import { validateDocument } from '../../documents/validate.ts'
import { parseAllowlist } from '../../ip/allowlist.ts'
import { readRangeRow, startIpAddress, writeRangeRow } from '../../ip/range-spelling.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { faultsOf } from '../admin/apps.ts'
import { saveList } from '../admin/save-list.ts'
import { untilSaved } from '../admin/saving.ts'
import type { AppObject } from '../metadata/app-object.ts'
import { oauthSecuritySettings, type OauthSecuritySettings } from '../metadata/external-client-app.ts'
import { sameValue } from '../metadata/merge.ts'
import type { OrgParts } from '../parts.ts'
import { storedApp } from '../settings/compile.ts'
import { findApp, type AppRow } from '../store/apps.ts'
import { fullNameAt, fullNameOf, membersIn, readSettingsFile, typeName, type SettingsFile } from './settings-file.ts'

/** Of all files of a deploy together when unpacked: the longest list there can be has some 40 kilobytes. */
const zipLimits = { bytes: 1_000_000, files: 50 } as const

/** A component that fails, in the words that the client is shown. */
export type Failure = { readonly fileName: string; readonly fullName: string; readonly problem: string }
export type Deployed = { readonly fileName: string; readonly fullName: string; readonly changed: boolean }
export type DeployTerms = {
  readonly zip: Buffer
  readonly checkOnly: boolean
  readonly username: string
  readonly isCancelled: () => boolean
}

type Component = SettingsFile & { readonly fileName: string; readonly fullName: string }

export async function applyDeploy(
  parts: OrgParts,
  { zip, checkOnly, username, isCancelled }: DeployTerms,
): Promise<Result<Deployed | 'cancelled', Failure>> {
  const component = componentIn(zip)
  if (!component.ok) return component
  const { app, fileName, fullName } = component.value
  const failed = (problem: string): Result<never, Failure> => fault({ fileName, fullName, problem })
  const slow = parts.faults.take(['slow-deploy'], app)
  if (slow?.kind === 'slow-deploy') await parts.wait(slow.for)
  if (isCancelled()) return ok('cancelled')
  const struck = parts.faults.take(['refuse-deploy', 'deploy-not-taking'], app)
  if (struck?.kind === 'refuse-deploy') return failed('insufficient access rights on cross-reference id')
  const row = await parts.storage.read(() => findApp(app))
  const after = row === undefined ? undefined : changedApp(row, component.value)
  if (row?.kind !== 'externalClientApp' || after === undefined) return failed(noApp(app))
  if (!after.ok) return failed(after.fault)
  const changed = !sameValue(storedApp(row.kind, row.content).object, after.value.object)
  const wrong = faultsOf(parts, after.value)
  if (wrong.length > 0) return failed(wrong.map(({ path, message }) => `${path}: ${message}`).join('; '))
  if (checkOnly || struck !== undefined || !changed) return ok({ fileName, fullName, changed })
  const saved = await save(parts, component.value, username)
  return saved === undefined ? ok({ fileName, fullName, changed }) : failed(saved)
}

/** The newest app takes the file's settings, whoever has saved it meanwhile: a deploy has no version (P-65). The text is why it failed. */
async function save(parts: OrgParts, file: SettingsFile, username: string): Promise<string | undefined> {
  const by = { action: 'deployExtlClntAppOauthSecuritySettings', actor: username }
  let why: string | undefined
  const saved = await untilSaved(async () => {
    const row = await parts.storage.read(() => findApp(file.app))
    const after = row === undefined ? fault(noApp(file.app)) : changedApp(row, file)
    if (row !== undefined && after.ok) return await saveList(parts, row, { after: after.value, by })
    why = after.ok ? noApp(file.app) : after.fault
    return ok({ etag: '' })
  })
  return saved.ok ? why : saved.fault.detail
}

/** SF-255: the file cannot say the switch, so one that Setup has set stays; of an app without one, ranges mean that it is on. */
function changedApp({ kind, content }: AppRow, { app, settings }: SettingsFile): Result<AppObject, string> {
  const before = storedApp(kind, content)
  if (before.kind !== 'externalClientApp') return fault(noApp(app))
  const { tokenIpRanges: rows, ...texts } = settings
  const list = parseAllowlist(rows.map((row) => readRangeRow({ ...row }, startIpAddress)))
  if (!list.ok) return fault(list.fault.map(({ row, message }) => `tokenIpRanges[${row - 1}]: ${message}`).join('; '))
  const checked = validateDocument<OauthSecuritySettings>(oauthSecuritySettings, texts, () => undefined)
  if (!checked.ok) return fault(checked.fault.map(({ path, message }) => `${path}: ${message}`).join('; '))
  const held = before.object.oauthSecuritySettings
  const { enforceRefreshTokenIpAllowlist: enforced, tokenIpRanges: listed = [] } = held ?? {}
  if (enforced === true && listed.length > 0 && rows.length === 0)
    return fault('An allowlist that is enforced cannot be emptied by a deploy: every redemption would be refused')
  const tokenIpRanges = list.value.rows.map((range) => writeRangeRow(range, startIpAddress))
  const next = {
    ...(enforced === undefined ? {} : { enforceRefreshTokenIpAllowlist: enforced }),
    ...checked.value.value,
    ...(rows.length === 0 && held?.tokenIpRanges === undefined ? {} : { tokenIpRanges }),
  }
  if (sameValue(next, held ?? {})) return ok(before)
  return ok({ kind: before.kind, object: { ...before.object, oauthSecuritySettings: next } })
}

const noApp = (app: string): string =>
  `In field: externalClientApplication - no ExternalClientApplication named ${app} found`

function componentIn(zip: Buffer): Result<Component, Failure> {
  const files = readZip(zip, zipLimits)
  if (!files.ok) return packageFault(`The zip cannot be read: ${files.fault}`)
  const manifest = files.value.find(({ path }) => /^(?:[^/]+\/)?package\.xml$/.test(path))
  if (manifest === undefined) return packageFault('No package.xml found')
  const root = manifest.path.slice(0, -'package.xml'.length)
  const read = parseXml(manifest.content.toString('utf8'))
  if (!read.ok) return packageFault(`Error parsing file: ${read.fault.message}, line ${read.fault.line}`)
  const members = membersIn(read.value)
  const alien = members.find(({ type }) => type !== typeName)
  if (alien !== undefined) return packageFault(`Entity type: '${alien.type}' is unknown`)
  const others = files.value.filter(({ path }) => path !== manifest.path)
  const [only, second] = others
  if (only === undefined) return packageFault(missing(members[0]?.member ?? '*'))
  if (second !== undefined) return packageFault(`This org takes one ${typeName} a deploy`)
  return readComponent(only, { root, members: members.map(({ member }) => member) })
}

const missing = (member: string): string =>
  `An object '${member}' of type ${typeName} was named in package.xml, but was not found in zipped directory`

function readComponent(
  { path, content }: ZipFile,
  { root, members }: { readonly root: string; readonly members: readonly string[] },
): Result<Component, Failure> {
  const failed = (fullName: string, problem: string): Result<never, Failure> =>
    fault({ fileName: path, fullName, problem })
  const fullName = path.startsWith(root) ? fullNameAt(path.slice(root.length)) : undefined
  if (fullName === undefined) return failed(path, `The folder or the suffix is not of ${typeName}`)
  const named = members.find((each) => each !== '*' && each !== fullName)
  if (named !== undefined) return packageFault(missing(named))
  if (members.length === 0) return failed(fullName, 'Not in package.xml')
  const file = readSettingsFile(content.toString('utf8'))
  if (!file.ok) return failed(fullName, file.fault)
  if (fullName !== fullNameOf(file.value.app))
    return failed(fullName, `The ${typeName} of ${file.value.app} is called ${fullNameOf(file.value.app)}`)
  return ok({ ...file.value, fileName: path, fullName })
}

const packageFault = (problem: string): Result<never, Failure> =>
  fault({ fileName: 'package.xml', fullName: 'package.xml', problem })
