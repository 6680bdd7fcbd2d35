/** docs/reference/configuration.md, from the schema that the configuration file is held against. */
import { variableOf, reservedVariables } from '../../src/config/environment.ts'
import { configurationSchema } from '../../src/config/schema.ts'
import type { JsonSchema } from '../../src/values/schema.ts'

type Row = { readonly path: readonly string[]; readonly schema: JsonSchema }

export function configurationPage(): string {
  const { storage, ...systems } = configurationSchema.properties ?? {}
  if (storage === undefined) throw new Error('the configuration has no setting "storage" any more: mend this page')
  const sections = Object.entries(systems).map(([name, schema]) => section(name, schema))
  return `# Configuration

One file, \`sallyport.yaml\` in the working directory or what \`--config\` names. Every setting can be left out. Each is also an environment
variable, which has precedence; a list of texts is written there with commas, everything else as in the file. An unknown key is an error that
names the nearest known one. Where a secret stands, \`{ env: NAME }\` or \`{ file: PATH }\` may stand too; paths start at the folder of the file.

\`sallyport config check\` judges a file, \`sallyport config schema\` prints the JSON Schema for editors.

Variables that are no settings: ${reservedVariables.map((name) => `\`${name}\``).join(', ')}.

${table([{ path: ['storage'], schema: storage }])}

${sections.join('\n\n')}
`
}

/** The settings of what does not exist so far are read and judged all the same. */
function section(name: string, schema: JsonSchema): string {
  const state = exists.has(name) ? '' : '\n\nRead and judged already; the system itself is planned.'
  return `## ${name}\n\n${schema.description ?? ''}${state}\n\n${table(leaves([name], schema))}`
}

const exists: ReadonlySet<string> = new Set(['org', 'gateway', 'keeper'])

function leaves(path: readonly string[], schema: JsonSchema): Row[] {
  const last = path.at(-1)
  // what stands in each row of a list has no variable of its own
  if (schema.items?.properties !== undefined && last !== undefined)
    return [{ path, schema }, ...leaves([...path.slice(0, -1), `${last}[]`], { properties: schema.items.properties })]
  if (schema.properties === undefined) return [{ path, schema }]
  return Object.entries(schema.properties).flatMap(([key, each]) => leaves([...path, key], each))
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ path, schema }) => `| ${nameOf(path)} | ${initial(schema)} | ${says(schema)} |`)
  return ['| setting and variable | default | meaning |', '| --- | --- | --- |', ...lines].join('\n')
}

function nameOf(path: readonly string[]): string {
  const name = `\`${path.join('.')}\``
  return path.some((each) => each.endsWith('[]')) ? name : `${name}<br>\`${variableOf(path)}\``
}

const initial = ({ default: value }: JsonSchema): string => (value === undefined ? '' : `\`${text(value)}\``)
const text = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('|', String.raw`\|`)

function says({ description = '', enum: values, minimum, maximum }: JsonSchema): string {
  const range = minimum === undefined ? '' : ` From ${minimum}${maximum === undefined ? '' : ` to ${maximum}`}.`
  const choices = values === undefined ? '' : ` One of ${values.map((value) => `\`${text(value)}\``).join(', ')}.`
  return `${description}${choices}${values === undefined ? range : ''}`
    .replaceAll('|', String.raw`\|`)
    .replaceAll('<', String.raw`\<`)
}
