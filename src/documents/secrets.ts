/** Secrets in documents: said to be in the environment or in a file, or written out, which is accepted and warned of. */
import { fault, ok, type Result } from '../values/result.ts'
import type { Schema, SchemaOf } from '../values/schema.ts'
import { secret, type Secret } from '../values/secret.ts'
import { pathText, type DocumentFault, type Path } from './fault.ts'
import { isRecord } from './words.ts'
import type { Locate } from './yaml-document.ts'

/** In a document. After `resolveSecrets` a Secret stands in its place. */
export type SecretSource = string | { readonly env: string } | { readonly file: string }

const one = (key: string, description: string): Schema<unknown> => ({
  type: 'object',
  additionalProperties: false,
  required: [key],
  properties: { [key]: { type: 'string', minLength: 1, description } },
})

/** For a field that holds a secret. Typed by what is there in the end. */
export const secretSchema = (description: string): SchemaOf<Secret> => ({
  'x-secret': true,
  description,
  'anyOf': [
    one('env', 'Name of an environment variable.'),
    one('file', 'Path of a file; one line break at its end is not part of the secret.'),
    { type: 'string', minLength: 1, description: 'The secret itself: for demonstrations.' },
  ],
})

/** How a secret is fetched; given by whoever may read environment and files. */
export type SecretReaders = {
  readonly environment: (name: string) => string | undefined
  /** The text, or a phrase that says why there is none. */
  readonly file: (path: string) => Result<string, string>
}

export type Resolved<T> = { readonly value: T; readonly warnings: readonly DocumentFault[] }

/** Puts a Secret in the place of every source at `paths`; the value that was given is not changed. All faults together. */
export function resolveSecrets<T>(
  { value, secrets }: { readonly value: T; readonly secrets: readonly Path[] },
  readers: SecretReaders,
  locate: Locate,
): Result<Resolved<T>, readonly DocumentFault[]> {
  const faults: DocumentFault[] = []
  const warnings: DocumentFault[] = []
  let resolved: unknown = value
  for (const path of secrets) {
    const where = locate(path)
    const place = { path: pathText(path), ...(where === undefined ? {} : { where }) }
    const source = valueAt(value, path)
    if (typeof source === 'string' && where !== undefined) warnings.push({ ...place, ...plainSecret })
    const found = resolveSecret(source, readers)
    if (found.ok) resolved = withValueAt(resolved, path, found.value)
    else faults.push({ ...place, ...found.fault })
  }
  if (faults.length > 0) return fault(faults)
  // Only places that the schema called secrets have changed, and there T has Secret.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return ok({ value: resolved as T, warnings })
}

const plainSecret = {
  message: 'a secret is written out in the document',
  next: 'Write { env: NAME } or { file: PATH } instead, and keep the document out of reach until then.',
}

type Unresolved = { readonly message: string; readonly next: string }

function resolveSecret(source: unknown, readers: SecretReaders): Result<Secret, Unresolved> {
  if (typeof source === 'string') return ok(secret(source))
  if (isRecord(source) && typeof source['env'] === 'string') return fromEnvironment(source['env'], readers)
  if (isRecord(source) && typeof source['file'] === 'string') return fromFile(source['file'], readers)
  throw new Error('a source of a secret was not validated')
}

function fromEnvironment(name: string, readers: SecretReaders): Result<Secret, Unresolved> {
  const text = readers.environment(name)
  if (text !== undefined && text !== '') return ok(secret(text))
  const state = text === undefined ? 'is not set' : 'is empty'
  return fault({ message: `the environment variable ${name} ${state}`, next: `Set ${name}, or name another variable.` })
}

function fromFile(path: string, readers: SecretReaders): Result<Secret, Unresolved> {
  const text = readers.file(path)
  if (!text.ok)
    return fault({ message: `the file ${path} ${text.fault}`, next: 'Make the file readable, or name another.' })
  const content = text.value.replace(/\r?\n$/, '')
  if (content === '') return fault({ message: `the file ${path} is empty`, next: 'Write the secret into it.' })
  return ok(secret(content))
}

const childOf = (value: unknown, key: string | number): unknown => {
  if (Array.isArray(value)) return typeof key === 'number' ? (value[key] as unknown) : undefined
  return isRecord(value) ? value[key] : undefined
}

export const valueAt = (value: unknown, path: Path): unknown => path.reduce<unknown>(childOf, value)

/** A copy in which the value at the path is another; mappings on the way are made where there are none. */
export function withValueAt(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to
  const child = withValueAt(childOf(value, key), rest, to)
  if (Array.isArray(value) && typeof key === 'number') return value.with(key, child) as unknown
  return { ...(isRecord(value) ? value : {}), [key]: child }
}
