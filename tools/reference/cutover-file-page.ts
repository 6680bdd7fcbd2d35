/** docs/reference/cutover-file.md, from the schema that a cutover file is held against. */
import { cutoverSchema } from '../../src/cutover/configuration-schema.ts'
import type { JsonSchema } from '../../src/values/schema.ts'

type Row = { readonly name: string; readonly schema: JsonSchema; readonly initial: string; readonly says: string }

export function cutoverFilePage(): string {
  const shown = new Map<JsonSchema, string>()
  const { properties = {}, required = [] } = cutoverSchema
  const rows = Object.entries(properties).flatMap(([key, schema]) =>
    rowsOf({ name: key, schema, isNeeded: required.includes(key) }, shown),
  )
  const lines = rows.map(({ name, initial, says }) => `| \`${name}\` | ${initial} | ${says} |`)
  return `# The cutover file

What [the cutover](../guides/cutover.md) takes as FILE: YAML, every key in it. A key with a dot stands inside the one before the dot; what a mapping needs, it needs
where it is there at all. A length of time is a whole number and \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`. Where a secret stands, \`{ env: NAME }\` or \`{ file: PATH }\` may
stand too, and should; paths start at the folder of the file. An unknown key is an error that names the nearest known one.

\`sallyport cutover plan FILE\` judges it. \`propagationWait\` below a minute and \`watch.for\` below 15 minutes are taken with \`--testing\` alone.

| key | default | meaning |
| --- | --- | --- |
${lines.join('\n')}
`
}

type Named = { readonly name: string; readonly schema: JsonSchema; readonly isNeeded: boolean }

function rowsOf(named: Named, shown: Map<JsonSchema, string>): Row[] {
  const { name, schema } = named
  const before = shown.get(schema)
  if (before !== undefined) return [rowOf(named, `As \`${before}\`.`)]
  shown.set(schema, name)
  const inside = insideOf(schema)
  const row = rowOf(named, [schema.description ?? '', choiceWords(schema)].join(' ').trim())
  return [row, ...inside.flatMap((each) => rowsOf({ ...each, name: `${name}.${each.name}` }, shown))]
}

/** A secret may be a mapping too, and is told of once for all. */
function insideOf(schema: JsonSchema): readonly Named[] {
  if (schema['x-secret'] === true) return []
  if (schema.anyOf !== undefined)
    return schema.anyOf
      .flatMap((each) => insideOf(each))
      .map((each) => ({ ...each, isNeeded: each.isNeeded && isSingle(schema) }))
  const { properties = {}, required = [] } = schema
  return Object.entries(properties).map(([name, each]) => ({ name, schema: each, isNeeded: required.includes(name) }))
}

const isSingle = ({ anyOf = [] }: JsonSchema): boolean =>
  anyOf.filter(({ properties }) => properties !== undefined).length < 2

function choiceWords({ anyOf = [], 'x-secret': isSecret }: JsonSchema): string {
  if (isSecret === true) return 'A secret.'
  const keys = anyOf.map(({ required = [] }) => required[0] ?? '').filter((each) => each !== '')
  return keys.length > 1 ? `One of ${keys.map((each) => `\`${each}\``).join(', ')}.` : ''
}

const rowOf = ({ name, schema, isNeeded }: Named, says: string): Row => ({
  ...{ name, schema, says: cell(says) },
  initial: isNeeded ? 'needed' : initialOf(schema),
})

function initialOf({ default: value, properties }: JsonSchema): string {
  return value === undefined || properties !== undefined
    ? ''
    : cell(`\`${typeof value === 'string' ? value : JSON.stringify(value)}\``)
}

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('<', String.raw`\<`)
