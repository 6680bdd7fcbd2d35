/** The pages under docs/reference that are written from the code, so that they cannot say anything else. */
import { existsSync, readFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { errors } from '../src/org/rules/errors/catalogue.ts'
import type { CatalogueEntry, Saw } from '../src/org/rules/errors/entry.ts'
import { policies } from '../src/org/rules/policies/list.ts'
import { root } from './command.ts'
import { adminApiPage, gatewayAdminApiPage, keeperApiPage } from './reference/admin-api-page.ts'
import { commandsPage } from './reference/commands-page.ts'
import { configurationPage } from './reference/configuration-page.ts'
import { cutoverFilePage } from './reference/cutover-file-page.ts'
import { gatewayRefusalsPage } from './reference/gateway-refusals-page.ts'

const generated = '<!-- Written by `npm run docs:generate`; edit the code instead. -->'

/** Path to text, formatted as prettier would. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const [commands, adminApi, gatewayAdminApi, keeperApi] = await Promise.all([
    commandsPage(),
    adminApiPage(),
    gatewayAdminApiPage(),
    keeperApiPage(),
  ])
  const pages = {
    'docs/reference/admin-api.md': adminApi,
    'docs/reference/commands.md': commands,
    'docs/reference/configuration.md': configurationPage(),
    'docs/reference/cutover-file.md': cutoverFilePage(),
    'docs/reference/errors.md': errorsPage(),
    'docs/reference/gateway-admin-api.md': gatewayAdminApi,
    'docs/reference/gateway-refusals.md': gatewayRefusalsPage(),
    'docs/reference/keeper-api.md': keeperApi,
    'docs/reference/policies.md': policiesPage(),
  }
  const formatted = Object.entries(pages).map(async ([path, text]): Promise<[string, string]> => [
    path,
    await pretty(path, `${generated}\n\n${text}`),
  ])
  return new Map(await Promise.all(formatted))
}

/** The pages whose text in the repository is not the given one. */
export function stalePages(pages: ReadonlyMap<string, string>): string[] {
  return [...pages]
    .filter(([path, text]) => !existsSync(root + path) || readFileSync(root + path, 'utf8') !== text)
    .map(([path]) => path)
}

async function pretty(path: string, text: string): Promise<string> {
  const options = await resolveConfig(root + path)
  return format(text, { ...options, filepath: path })
}

function errorsPage(): string {
  const sections = Object.entries(errors).map(([code, entry]) => errorSection(code, entry))
  return `# Errors of the authorization server

Decide on codes, never on texts. The client sees Salesforce's own opaque words; the code, what it means and what to do next are for the
administrator: in login history, in problem details of the admin API, and in the terminal. A word in angle brackets is filled in.

${sections.join('\n\n')}
`
}

function errorSection(code: string, entry: CatalogueEntry): string {
  const { status, error, description, compat } = entry.public
  return `## ${code}

- Client sees: ${status}, \`${error}\`, "${description}"${compat === undefined ? '' : ` (or what the setting \`${compat}\` says)`}
- Login history: ${entry.status}
- Means: ${prose(entry.means(placeholders))}
${entry.next(placeholders).map(step).join('\n')}
- Fact: ${entry.fact}`
}

const step = (text: string): string => `- Try: ${text.startsWith('sallyport ') ? `\`${text}\`` : prose(text)}`
const prose = (text: string): string => text.replaceAll('<', '\\<')

/** Stands for whatever a refusal saw: each value prints as its own name. */
const placeholders: Saw = new Proxy<Record<string, string>>({}, { get: (_target, name) => `<${String(name)}>` })

const oneWayLine = (field: string): string =>
  `\n- One-way: an app that is distributed cannot switch \`${field}\` off again (\`org.controls.oneWay\`)`

function policiesPage(): string {
  const sections = policies.map(({ policy, oneWay }) => {
    const fields = Object.entries(policy.fields).map(
      ([type, names]) => `- ${type}: ${names.map((name) => `\`${name}\``).join(', ')}`,
    )
    return `## ${policy.label}

${policy.does}

${fields.length === 0 ? '- No metadata field carries it.' : fields.join('\n')}
- Name in traces: \`${policy.id}\`${oneWay === undefined ? '' : oneWayLine(oneWay.field)}
- Fact: ${policy.fact}`
  })
  return `# Policies

In the order in which they vote. A policy allows, refuses with a reason, or has no opinion; one refusal decides.

${sections.join('\n\n')}
`
}
