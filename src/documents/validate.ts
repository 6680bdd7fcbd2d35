/** A document against its schema: defaults filled in, every fault reported at its place and in words for the person who wrote it. */
import { fault, ok, type Result } from '../values/result.ts'
import type { JsonSchema, Schema } from '../values/schema.ts'
import { checkScalar } from './check-scalar.ts'
import { pathText, type DocumentFault, type Path } from './fault.ts'
import { nearest, suggestion } from './nearest.ts'
import { expected, isRecord, kindOf, shown } from './words.ts'
import type { Locate } from './yaml-document.ts'

export type Validated<T> = {
  readonly value: T
  /** Where a schema said `x-secret` and a value was given: for `resolveSecrets`. */
  readonly secrets: readonly Path[]
}

/** Absent keys take their defaults; a key with an empty value counts as absent. Unknown keys are faults. The value given is not changed. */
export function validateDocument<T>(
  schema: Schema<T>,
  value: unknown,
  locate: Locate,
): Result<Validated<T>, readonly DocumentFault[]> {
  const notes: Notes = { faults: [], secrets: [], locate }
  const checked = check(schema, value, { path: [], notes })
  if (notes.faults.length > 0) return fault(notes.faults)
  // The one place where a checked value gets the type that its schema promises.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return ok({ value: checked as T, secrets: notes.secrets })
}

type Notes = { readonly faults: DocumentFault[]; readonly secrets: Path[]; readonly locate: Locate }
type Place = { readonly path: Path; readonly notes: Notes }

const known = new Set<string>([
  'type', 'description', 'title', '$id', '$schema', 'default', 'examples', 'enum', 'const', 'anyOf', 'properties', 'required', 'additionalProperties',
  'items', 'minimum', 'maximum', 'minLength', 'maxLength', 'maxItems', 'pattern', 'format', 'x-secret',
]) // prettier-ignore

function check(schema: JsonSchema, given: unknown, place: Place): unknown {
  const unknown = Object.keys(schema).find((keyword) => !known.has(keyword))
  if (unknown !== undefined)
    throw new Error(`the schema of ${pathText(place.path)} has a keyword that is not understood: ${unknown}`)
  const value = given === undefined || given === null ? structuredClone(schema.default) : given
  if (value === undefined && schema.type !== 'null') return complain(place, expectedNothing(schema, place))
  if (schema['x-secret'] === true) place.notes.secrets.push(place.path)
  if (schema.anyOf !== undefined) return checkAnyOf(schema, value, place)
  if (schema.type === 'object') return checkObject(schema, value, place)
  if (schema.type === 'array') return checkList(schema, value, place)
  const wrong = checkScalar(schema, value)
  return wrong === undefined ? value : complain(place, wrong)
}

/** What it is for says the schema, where it does. */
const expectedNothing = (schema: JsonSchema, { path }: Place): Complaint => ({
  message: `is missing; ${expected(schema)} is expected`,
  next: `Add ${path.length === 0 ? 'it' : pathText(path)}, ${expected(schema)}${schema.description === undefined ? '.' : `: ${schema.description}`}`,
})

type Complaint = { readonly message: string; readonly next: string }

function complain({ path, notes }: Place, { message, next }: Complaint, part?: 'key'): undefined {
  const where = notes.locate(path, part)
  notes.faults.push({ path: pathText(path), ...(where === undefined ? {} : { where }), message, next })
  return undefined
}

function checkObject(schema: JsonSchema, value: unknown, place: Place): unknown {
  if (!isRecord(value)) return complain(place, mismatch(schema, value))
  const properties = schema.properties ?? {}
  const entries: [string, unknown][] = []
  for (const [key, property] of Object.entries(properties)) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined
    const absent = given === undefined || given === null
    if (absent && property.default === undefined && schema.required?.includes(key) !== true) continue
    entries.push([key, check(property, given, { ...place, path: [...place.path, key] })])
  }
  for (const key of Object.keys(value).filter((each) => !Object.hasOwn(properties, each))) {
    const at = { ...place, path: [...place.path, key] }
    const other = schema.additionalProperties
    if (typeof other === 'object') entries.push([key, check(other, value[key], at)])
    else if (other === false) complain(at, unknownKey(key, Object.keys(properties)), 'key')
    else entries.push([key, value[key]])
  }
  return Object.fromEntries(entries)
}

const unknownKey = (key: string, keys: readonly string[]): Complaint => ({
  message: `the key ${JSON.stringify(key)} is not known`,
  next: suggestion(key, keys),
})

function checkList(schema: JsonSchema, value: unknown, place: Place): unknown {
  if (!Array.isArray(value)) return complain(place, mismatch(schema, value))
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    const message = `has ${value.length} entries; at most ${schema.maxItems} are allowed`
    return complain(place, { message, next: 'Remove some of them.' })
  }
  const items = schema.items ?? {}
  return value.map((item: unknown, i) => check(items, item, { ...place, path: [...place.path, i] }))
}

/** The first alternative that accepts the value; else the faults of the one that has the value's kind, since that was meant. */
function checkAnyOf(schema: JsonSchema, value: unknown, { path, notes }: Place): unknown {
  const tries = (schema.anyOf ?? []).map((alternative) => {
    const own: Notes = { faults: [], secrets: [], locate: notes.locate }
    return { alternative, own, result: check(alternative, value, { path, notes: own }) }
  })
  const accepted = tries.find(({ own }) => own.faults.length === 0)
  if (accepted !== undefined) {
    notes.secrets.push(...accepted.own.secrets)
    return accepted.result
  }
  const meant = tries.filter(({ alternative }) => alternative.type === kindOf(value))
  const closest = bestKeys(meant, value)
  if (closest === undefined) return complain({ path, notes }, mismatch(schema, value))
  const undecided = rivalry(meant, value)
  if (undecided !== undefined) return complain({ path, notes }, undecided)
  notes.faults.push(...closest.own.faults)
  return undefined
}

/** Of several kinds of mapping, the one that knows most of the keys that were given; a key that is nearly one of its own speaks for it, too. */
function bestKeys<Try extends { readonly alternative: JsonSchema }>(
  tries: readonly Try[],
  value: unknown,
): Try | undefined {
  const given = isRecord(value) ? Object.keys(value) : []
  const score = ({ alternative }: Try): number => {
    const keys = Object.keys(alternative.properties ?? {})
    const shared = given.filter((key) => keys.includes(key)).length
    return shared + (given.some((key) => isNearly(key, keys)) ? 0.5 : 0)
  }
  return tries.toSorted((a, b) => score(b) - score(a))[0]
}

/** Of several kinds of mapping, each with a key of its own that has to be there: what was given has none of these keys, or those of more than one. */
function rivalry(tries: readonly { readonly alternative: JsonSchema }[], value: unknown): Complaint | undefined {
  if (!isRecord(value) || tries.length < 2) return undefined
  const keysOf = tries.map(({ alternative }) => Object.keys(alternative.properties ?? {}))
  const marks = tries.map(({ alternative: { required = [] } }, i) =>
    required.find((key) => keysOf.every((keys, j) => j === i || !keys.includes(key))),
  )
  const names = marks.filter((mark) => mark !== undefined)
  if (names.length < tries.length) return undefined
  const given = names.filter((mark) => value[mark] !== undefined)
  const misspelt = Object.keys(value).some((key) => isNearly(key, keysOf.flat())) // what was meant is told there
  if (given.length === 1 || (given.length === 0 && misspelt)) return undefined
  return given.length === 0
    ? { message: `has none of ${names.join(', ')}`, next: `Give it one of ${names.join(', ')}.` }
    : { message: `has ${given.join(' and ')}, which exclude each other`, next: `Leave one of ${given.join(', ')} out.` }
}

const isNearly = (key: string, keys: readonly string[]): boolean =>
  !keys.includes(key) && nearest(key, keys) !== undefined

const mismatch = (schema: JsonSchema, value: unknown): Complaint => ({
  message: `is ${shown(schema, value)}; ${expected(schema)} is expected`,
  next: `Write ${expected(schema)}.`,
})
