/** A file of ExtlClntAppOauthSecuritySettings as Salesforce gives it (SF-254): its ranges read, and changed with everything else left as it stands. */
import { createHash } from 'node:crypto'
import { childrenOf, escapeXml, parseXml, textOf, type XmlElement } from '../../documents/xml.ts'
import { readZip, writeZip } from '../../documents/zip.ts'
import { formatAddress } from '../../ip/address.ts'
import { parseAllowlist } from '../../ip/allowlist.ts'
import { formatRange, rangesAreEqual } from '../../ip/range.ts'
import { readRangeRow, startIpAddress, type DescribedRange } from '../../ip/range-spelling.ts'
import type { ListReading } from '../ports.ts'
import type { ListRows } from '../rules/list-change.ts'

export const settingsType = 'ExtlClntAppOauthSecuritySettings'
const folder = 'extlClntAppOauthSecuritySettings'
const suffix = '.ecaOauthSecurity'
const namespace = 'http://soap.sforce.com/2006/04/metadata'
/** More than an org has apps. */
const zipLimits = { bytes: 50_000_000, files: 10_000 } as const

export type SettingsFile = { readonly fullName: string; readonly text: string }

/** The file of the app in what was retrieved. Throws where there is none, naming those that there are. */
export function findSettings(zip: Buffer, app: string): SettingsFile {
  const files = readZip(zip, zipLimits)
  if (!files.ok) throw new Error(`What Salesforce has retrieved cannot be read: ${files.fault}.`)
  const settings = files.value
    .filter(({ path }) => path.endsWith(suffix))
    .map(({ path, content }) => ({
      fullName: path.slice(path.lastIndexOf('/') + 1, -suffix.length),
      text: content.toString('utf8'),
    }))
  const found = settings.find(({ text }) => textOf(rootOf(text), 'externalClientApplication') === app)
  if (found !== undefined) return found
  const known = settings.map(({ text }) => textOf(rootOf(text), 'externalClientApplication')).join(', ')
  throw new Error(
    `The org has no ${settingsType} of ${app}${known === '' ? '' : `, but of ${known}`}. Turn the allowlist on in External Client Apps Manager first, or mend the name of the app.`,
  )
}

function rootOf(text: string): XmlElement {
  const root = parseXml(text)
  if (!root.ok)
    throw new Error(`A settings file of Salesforce cannot be read: ${root.fault.message}, line ${root.fault.line}.`)
  return root.value
}

/** SF-255: there is no switch in it; a list that has ranges is taken for enforced. The version is a hash, since Salesforce has none. */
export function readSettings(text: string): ListReading {
  const given = childrenOf(rootOf(text), 'tokenIpRanges').map((each) => readRangeRow(fieldsOf(each), startIpAddress))
  const list = parseAllowlist(given)
  if (!list.ok) throw new Error(`The list of Salesforce cannot be read: ${list.fault[0]?.message ?? ''}`)
  const { rows } = list.value
  const isEnforced = rows.length > 0
  const named = rows.map((row) => JSON.stringify([formatRange(row), row.description ?? ''])).toSorted()
  const version = createHash('sha256')
    .update(JSON.stringify([isEnforced, named]))
    .digest('hex')
    .slice(0, 32)
  return { rows, version, isEnforced }
}

const fieldsOf = (element: XmlElement): Readonly<Record<string, string>> =>
  Object.fromEntries(element.children.map(({ name, text }) => [name, text.trim()]))

/** Rows that stay keep their text as it was retrieved, with whatever else it may hold; new ones go behind them. */
export function withRows(text: string, rows: ListRows): string {
  const root = rootOf(text)
  const before = childrenOf(root, 'tokenIpRanges')
  const wanted = rows.map((row) => {
    const held = before.find((each) => isSameRow(each, row))
    return `\n    ${held === undefined ? rowText(row) : text.slice(held.start, held.end)}`
  })
  const place = leadOf(text, before[0]?.start ?? behindOthers(root, text))
  let changed = text.slice(0, place) + wanted.join('')
  let at = place
  for (const each of before) {
    changed += text.slice(at, leadOf(text, each.start))
    at = each.end
  }
  return changed + text.slice(at)
}

/** Where the white space in front of it begins. */
const leadOf = (text: string, at: number): number => text.slice(0, at).trimEnd().length

/** Salesforce writes elements in the order of their names. */
const behindOthers = (root: XmlElement, text: string): number =>
  root.children.find(({ name }) => name > 'tokenIpRanges')?.start ?? text.lastIndexOf('</', root.end)

function isSameRow(element: XmlElement, row: DescribedRange): boolean {
  const fields = fieldsOf(element)
  const read = parseAllowlist([readRangeRow(fields, startIpAddress)])
  const [range] = read.ok ? read.value.rows : []
  return (
    range !== undefined &&
    formatRange(range) === formatRange(row) &&
    (fields['description'] ?? '') === (row.description ?? '')
  )
}

function rowText({ start, end, description }: DescribedRange): string {
  const note = description === undefined ? '' : `        <description>${escapeXml(description)}</description>\n`
  const ends = `        <endIpAddress>${formatAddress(end)}</endIpAddress>\n        <startIpAddress>${formatAddress(start)}</startIpAddress>\n`
  return `<tokenIpRanges>\n${note}${ends}    </tokenIpRanges>`
}

/** Of one file, with its package.xml. */
export function packSettings({ fullName, text }: SettingsFile, api: string): Buffer {
  const manifest = `<?xml version="1.0" encoding="UTF-8"?>
<Package xmlns="${namespace}">
    <types>
        <members>${escapeXml(fullName)}</members>
        <name>${settingsType}</name>
    </types>
    <version>${escapeXml(api)}</version>
</Package>
`
  return writeZip([
    { path: 'package.xml', content: Buffer.from(manifest) },
    { path: `${folder}/${fullName}${suffix}`, content: Buffer.from(text) },
  ])
}

/** Those of the first that the second lacks. */
export const rowsMissing = (wanted: ListRows, found: ListRows): ListRows =>
  wanted.filter((row) => !found.some((each) => rangesAreEqual(each, row)))
