/** The configuration in force: the file, then the environment, then defaults; every fault of all of them is reported at once. */
import { dirname, resolve } from 'node:path'
import type { DocumentFault, Path } from '../documents/fault.ts'
import { resolveSecrets, withValueAt, type SecretReaders } from '../documents/secrets.ts'
import { validateDocument } from '../documents/validate.ts'
import { isRecord } from '../documents/words.ts'
import { nowhere, parseYamlDocument, type Locate, type YamlDocument } from '../documents/yaml-document.ts'
import { fault, ok, type Result } from '../values/result.ts'
import { secret, type Secret } from '../values/secret.ts'
import { inconsistencies, misgivings } from './consistency.ts'
import { overridesFrom, type Environment, type Override } from './environment.ts'
import { configurationSchema, type Configuration } from './schema.ts'

export type ConfigFault = DocumentFault

export type Loaded = {
  readonly configuration: Configuration
  /** Nothing that stops a start; print them. */
  readonly warnings: readonly ConfigFault[]
  /** Undefined where there was no file and defaults apply. */
  readonly file?: string
  /** Relative paths in the configuration start here: the folder of the file, or the working directory. */
  readonly folder: string
  /** SALLYPORT_ADMIN_TOKEN. */
  readonly adminToken?: Secret
}

/** The text of a file, or a phrase that says why there is none: `absent` where it does not exist. */
export type ReadFile = (path: string) => Result<string, string>

export type Sources = {
  /** As given with --config: then it has to exist. Left out, `sallyport.yaml` is read if it is there. */
  readonly path?: string | undefined
  readonly environment: Environment
  readonly readFile: ReadFile
  readonly workingDirectory: string
}

export const absent = 'does not exist'

const defaultPath = 'sallyport.yaml'

export function loadConfiguration(sources: Sources): Result<Loaded, readonly ConfigFault[]> {
  const name = sources.path ?? defaultPath
  const file = resolve(sources.workingDirectory, name)
  const text = sources.readFile(file)
  if (text.ok) return combine(parseYamlDocument(text.value, name), { ...sources, folder: dirname(file), file })
  if (sources.path === undefined && text.fault === absent) {
    return combine(ok({ value: undefined, locate: nowhere }), { ...sources, folder: sources.workingDirectory })
  }
  return fault([
    {
      path: '',
      message: `the configuration file ${name} ${text.fault}`,
      next: 'Name another with --config, or make it readable.',
    },
  ])
}

type Settled = Sources & { readonly folder: string; readonly file?: string }

function combine(
  document: Result<YamlDocument, readonly ConfigFault[]>,
  sources: Settled,
): Result<Loaded, readonly ConfigFault[]> {
  const { environment } = sources
  const overrides = overridesFrom(environment, document.ok ? variablesIn(document.value.value) : new Set())
  if (!document.ok || !overrides.ok) {
    return fault([
      ...(document.ok ? documentFaults(document.value) : document.fault),
      ...(overrides.ok ? [] : overrides.fault),
    ])
  }
  const value = overrides.value.reduce((whole, each) => withValueAt(whole, each.path, each.value), document.value.value)
  const locate = locateUnder(document.value.locate, overrides.value)
  const validated = validateDocument(configurationSchema, value, locate)
  if (!validated.ok) return fault(validated.fault.map((each) => named(each, overrides.value)))
  const resolved = resolveSecrets(validated.value, secretReaders(sources), locate)
  const crossed = inconsistencies(resolved.ok ? resolved.value.value : validated.value.value, locate).map((each) =>
    named(each, overrides.value),
  )
  if (!resolved.ok || crossed.length > 0) return fault([...(resolved.ok ? [] : resolved.fault), ...crossed])
  const adminToken = environment['SALLYPORT_ADMIN_TOKEN']
  return ok({
    configuration: resolved.value.value,
    warnings: [...resolved.value.warnings, ...misgivings(resolved.value.value, locate)],
    folder: sources.folder,
    ...(sources.file === undefined ? {} : { file: sources.file }),
    ...(adminToken === undefined || adminToken === '' ? {} : { adminToken: secret(adminToken) }),
  })
}

/** The file is judged alone when the environment is at fault, so that both are reported. */
function documentFaults({ value, locate }: YamlDocument): readonly ConfigFault[] {
  const validated = validateDocument(configurationSchema, value, locate)
  return validated.ok ? [] : validated.fault
}

function secretReaders({ environment, readFile, folder }: Settled): SecretReaders {
  return { environment: (name) => environment[name], file: (path) => readFile(resolve(folder, path)) }
}

/** A value that came from the environment stands in no line. */
function locateUnder(locate: Locate, overrides: readonly Override[]): Locate {
  return (path, part) => (overrides.some((each) => startsWith(path, each.path)) ? undefined : locate(path, part))
}

function named(each: ConfigFault, overrides: readonly Override[]): ConfigFault {
  const override = overrides.find(({ path }) => each.path.startsWith(path.join('.')) && each.where === undefined)
  return override === undefined ? each : { ...each, path: `${override.variable} (${each.path})` }
}

const startsWith = (path: Path, start: Path): boolean => start.every((key, i) => path[i] === key)

/** Names in `{ env: NAME }` anywhere in a document. */
function variablesIn(value: unknown): ReadonlySet<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((each: unknown) => [...variablesIn(each)]))
  if (!isRecord(value)) return new Set()
  const own = typeof value['env'] === 'string' ? [value['env']] : []
  return new Set([...own, ...Object.values(value).flatMap((each) => [...variablesIn(each)])])
}
