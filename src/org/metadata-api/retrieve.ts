/** `retrieve`: the settings files that were asked for, in a zip. */
import { childOf, textOf, type XmlElement } from '../../documents/xml.ts'
import { writeZip } from '../../documents/zip.ts'
import { isoText, instant } from '../../values/time.ts'
import type { OrgParts } from '../parts.ts'
import { storedApp } from '../settings/compile.ts'
import { findApps } from '../store/apps.ts'
import { fullNameOf, membersIn, pathOf, typeName, writePackage, writeSettingsFile } from './settings-file.ts'
import type { SoapFields } from './soap.ts'

const mostApps = 10_000

/** Of the call's parameters, which name the members; `*` is all of them. */
export async function retrieve(parts: OrgParts, parameters: XmlElement): Promise<SoapFields> {
  const request = childOf(parameters, 'request')
  const wanted = membersIn(childOf(request, 'unpackaged'))
  const version = textOf(request, 'apiVersion') ?? ''
  const names = wanted.filter(({ type }) => type === typeName).map(({ member }) => member)
  const all = await settingsFiles(parts)
  const found = all.filter(({ fullName }) => names.includes('*') || names.includes(fullName))
  const problems = [
    ...wanted.filter(({ type }) => type !== typeName).map(({ type }) => `Entity type: '${type}' is unknown`),
    ...names
      .filter((name) => name !== '*' && !all.some(({ fullName }) => fullName === name))
      .map((name) => `Entity of type '${typeName}' named '${name}' cannot be found`),
  ]
  const manifest = writePackage(
    found.map(({ fullName }) => fullName),
    version,
  )
  const files = found.map(({ fullName, text }) => ({
    path: `unpackaged/${pathOf(fullName)}`,
    content: Buffer.from(text),
  }))
  return {
    fileProperties: found.map(({ fullName, createdDate, lastModifiedDate }) => ({
      ...{ createdDate, fileName: `unpackaged/${pathOf(fullName)}`, fullName, lastModifiedDate },
      ...{ manageableState: 'unmanaged', type: typeName },
    })),
    messages: problems.map((problem) => ({ fileName: 'unpackaged/package.xml', problem })),
    ...{ status: 'Succeeded', success: true },
    zipFile: writeZip([...files, { path: 'unpackaged/package.xml', content: Buffer.from(manifest) }]).toString(
      'base64',
    ),
  }
}

type Held = {
  readonly fullName: string
  readonly text: string
  readonly createdDate: string
  readonly lastModifiedDate: string
}

async function settingsFiles(parts: OrgParts): Promise<readonly Held[]> {
  const rows = await parts.storage.read(() => findApps({ limit: mostApps }))
  return rows.flatMap(({ kind, content, createdAt, changedAt }) => {
    const app = storedApp(kind, content)
    if (app.kind !== 'externalClientApp') return [] // this type is of External Client Apps alone
    const dates = { createdDate: isoText(instant(createdAt)), lastModifiedDate: isoText(instant(changedAt)) }
    return [{ fullName: fullNameOf(app.object.name), text: writeSettingsFile(app.object), ...dates }]
  })
}
