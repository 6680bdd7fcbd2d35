/** Settings from environment variables: `SALLYPORT_<SECTION>_<KEY>`, one for every key of the configuration file. */
import { parseYamlDocument } from '../documents/yaml-document.ts'
import type { DocumentFault, Path } from '../documents/fault.ts'
import { suggestion } from '../documents/nearest.ts'
import { fault, ok, type Result } from '../values/result.ts'
import type { JsonSchema } from '../values/schema.ts'
import { configurationSchema } from './schema.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Variables with the prefix that are no settings: the URL that clients of the gateway use, the admin token, the database that tests use,
 *  whether the command line shows where an unexpected fault came from. */
export const reservedVariables: readonly string[] = [
  'SALLYPORT_GATEWAY_URL',
  'SALLYPORT_ADMIN_TOKEN',
  'SALLYPORT_TEST_POSTGRES',
  'SALLYPORT_DEBUG',
]

export type Override = { readonly variable: string; readonly path: Path; readonly value: unknown }

type Setting = { readonly path: Path; readonly schema: JsonSchema }

/** Every setting by its variable. A mapping of fixed keys is one variable a key; lists and alternatives are one variable as a whole. */
export const settingsByVariable: ReadonlyMap<string, Setting> = new Map(
  leaves(configurationSchema, []).map((setting) => [variableOf(setting.path), setting]),
)

/** `org.compat.denyCode` is SALLYPORT_ORG_COMPAT_DENY_CODE. */
export function variableOf(path: Path): string {
  const words = path.map((key) =>
    String(key)
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .toUpperCase(),
  )
  return ['SALLYPORT', ...words].join('_')
}

function leaves(schema: JsonSchema, path: Path): Setting[] {
  if (schema.properties === undefined) return [{ path, schema }]
  return Object.entries(schema.properties).flatMap(([key, property]) => leaves(property, [...path, key]))
}

/** `mentioned` are variables that the document itself names in `{ env: … }`: those are no settings either. An empty variable is one that is set. */
export function overridesFrom(
  environment: Environment,
  mentioned: ReadonlySet<string>,
): Result<readonly Override[], readonly DocumentFault[]> {
  const overrides: Override[] = []
  const faults: DocumentFault[] = []
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith('SALLYPORT_') || text === undefined) continue
    if (reservedVariables.includes(variable) || mentioned.has(variable)) continue
    const setting = settingsByVariable.get(variable)
    if (setting === undefined) {
      faults.push({ path: variable, message: 'the environment variable is not known', next: unknownNext(variable) })
      continue
    }
    const read = readText(text, setting.schema)
    if (read.ok) overrides.push({ variable, path: setting.path, value: read.value })
    else
      faults.push({
        path: variable,
        message: read.fault,
        next: 'Write a value as it would stand in the configuration file.',
      })
  }
  return faults.length > 0 ? fault(faults) : ok(overrides)
}

function unknownNext(variable: string): string {
  const near = suggestion(variable, [...settingsByVariable.keys(), ...reservedVariables])
  return near.startsWith('Did you mean') ? near : 'Unset it; `sallyport config schema` lists the settings.'
}

/** Texts are taken as they are, lists of texts may be separated by commas, all else is read as YAML. */
function readText(text: string, schema: JsonSchema): Result<unknown, string> {
  if (schema.type === 'string') return ok(text)
  if (schema['x-secret'] === true && !text.trimStart().startsWith('{')) return ok(text)
  if (schema.type === 'array' && schema.items?.type === 'string' && !text.trimStart().startsWith('[')) {
    return ok(
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
  }
  const parsed = parseYamlDocument(text, 'environment')
  return parsed.ok ? ok(parsed.value.value) : fault(parsed.fault.map(({ message }) => message).join('; '))
}
