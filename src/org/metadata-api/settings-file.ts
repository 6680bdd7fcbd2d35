/** `.ecaOauthSecurity`, the file of ExtlClntAppOauthSecuritySettings (SF-244, SF-254), written from what the org keeps of it and read back. The switch of
 *  Setup is not in it (SF-255). */
import { childrenOf, escapeXml, parseXml, textOf, type XmlElement } from '../../documents/xml.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { ExternalClientApp } from '../metadata/external-client-app.ts'
import { metadataNamespace } from './soap.ts'

export const typeName = 'ExtlClntAppOauthSecuritySettings'
const folder = 'extlClntAppOauthSecuritySettings'
const suffix = '.ecaOauthSecurity'

type App = Pick<ExternalClientApp, 'name' | 'oauthSecuritySettings'>

/** What a settings file is called here: Salesforce's own habit is not known (SF-261). */
export const fullNameOf = (app: string): string => `${app}_oauthSecurity`
export const pathOf = (fullName: string): string => `${folder}/${fullName}${suffix}`

/** Undefined for a path that is of another type. */
export function fullNameAt(path: string): string | undefined {
  const [, name] = /^extlClntAppOauthSecuritySettings\/([\w.-]+)\.ecaOauthSecurity$/.exec(path) ?? []
  return name
}

/** As Salesforce writes metadata: elements by their names, four spaces a level. */
export function writeSettingsFile({ name, oauthSecuritySettings: settings = {} }: App): string {
  const { label, tlsClientAuthCertParamType, tlsClientAuthCertParamValue, tokenIpRanges = [] } = settings
  const ranges = tokenIpRanges.map(
    ({ description, endIpAddress, startIpAddress }) =>
      `    <tokenIpRanges>\n${lines({ description, endIpAddress, startIpAddress }, 8)}    </tokenIpRanges>\n`,
  )
  const texts = lines(
    {
      ...{ externalClientApplication: name, label: label ?? fullNameOf(name) },
      ...{ tlsClientAuthCertParamType, tlsClientAuthCertParamValue },
    },
    4,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${typeName} xmlns="${metadataNamespace}">\n${texts}${ranges.join('')}</${typeName}>\n`
}

const lines = (fields: Readonly<Record<string, string | undefined>>, indent: number): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value = '']) => `${' '.repeat(indent)}<${name}>${escapeXml(value)}</${name}>\n`)
    .join('')

export type SettingsFile = {
  readonly app: string
  /** Of what the schema of the admin API is asked next; a label that is the file's own name is none. */
  readonly settings: Readonly<Record<string, unknown>> & { readonly tokenIpRanges: readonly object[] }
}

const texts = ['label', 'tlsClientAuthCertParamType', 'tlsClientAuthCertParamValue'] as const
const ofRange = ['description', 'endIpAddress', 'startIpAddress'] as const
const known = new Set<string>(['externalClientApplication', 'tokenIpRanges', ...texts])

/** The fault is a component failure's text. */
export function readSettingsFile(source: string): Result<SettingsFile, string> {
  const root = parseXml(source)
  if (!root.ok) return fault(`Error parsing file: ${root.fault.message}, line ${root.fault.line}`)
  if (root.value.name !== typeName) return fault(`Root element ${root.value.name} is not ${typeName}`)
  const misplaced = misplacedIn(root.value)
  if (misplaced !== undefined) return fault(misplaced)
  const app = textOf(root.value, 'externalClientApplication')
  if (app === undefined || app === '') return fault('Required field is missing: externalClientApplication')
  const given = texts.flatMap((name): [string, string][] => {
    const value = textOf(root.value, name)
    return value === undefined || value === '' || (name === 'label' && value === fullNameOf(app)) ? [] : [[name, value]]
  })
  return ok({
    app,
    settings: {
      ...Object.fromEntries<string>(given),
      tokenIpRanges: childrenOf(root.value, 'tokenIpRanges').map(rangeOf),
    },
  })
}

function misplacedIn(root: XmlElement): string | undefined {
  for (const child of root.children) {
    if (!known.has(child.name)) return invalidHere(child.name, typeName)
    const twice = child.name !== 'tokenIpRanges' && childrenOf(root, child.name).length > 1
    if (twice) return `Element ${child.name} is duplicated at this location in type ${typeName}`
    const stray = child.children.find(
      ({ name }) => child.name !== 'tokenIpRanges' || !ofRange.some((each) => each === name),
    )
    if (stray !== undefined) return invalidHere(stray.name, child.name)
  }
  return undefined
}

const invalidHere = (element: string, type: string): string =>
  `Element {${metadataNamespace}}${element} invalid at this location in type ${type}`

const rangeOf = (element: XmlElement): object =>
  Object.fromEntries(
    ofRange.flatMap((name) => {
      const value = textOf(element, name)
      return value === undefined || (name === 'description' && value === '') ? [] : [[name, value]]
    }),
  )

/** What stands beside the files in a zip. */
export function writePackage(fullNames: readonly string[], version: string): string {
  const members = fullNames.map((each) => `        <members>${escapeXml(each)}</members>\n`).join('')
  const types = fullNames.length === 0 ? '' : `    <types>\n${members}        <name>${typeName}</name>\n    </types>\n`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Package xmlns="${metadataNamespace}">\n${types}    <version>${escapeXml(version)}</version>\n</Package>\n`
}

/** Of a package.xml and of the `unpackaged` of a retrieve: which members of which type. */
export const membersIn = (
  manifest: XmlElement | undefined,
): readonly { readonly type: string; readonly member: string }[] =>
  childrenOf(manifest, 'types').flatMap((each) =>
    childrenOf(each, 'members').map(({ text }) => ({ type: textOf(each, 'name') ?? '', member: text.trim() })),
  )
