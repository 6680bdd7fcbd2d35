/** docs/reference/admin-api.md, gateway-admin-api.md and keeper-api.md, from the OpenAPI documents that running services serve. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfiguration } from '../../src/config/load.ts'
import { ownKinds } from '../../src/keeper/service/problems.ts'
import { startGateway, startKeeperService } from '../../src/system.ts'
import { startOrg } from '../../src/testing.ts'
import { fault } from '../../src/values/result.ts'

type Schema = {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
}
type Parameter = { readonly name: string; readonly in: string; readonly description?: string; readonly schema: Schema }
type Content = { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }
type Operation = {
  readonly summary: string
  readonly tags: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content>>
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

export async function adminApiPage(): Promise<string> {
  return `# Admin API

On the listener of the org, with \`Authorization: Bearer\` and the admin token; \`GET /admin/openapi.json\` has the whole of it and needs no
token. The testing plane is there with \`--testing\` only. Errors are problem details (RFC 9457) with a stable \`code\` and \`next\`, what to do.

${sectionsOf(await pathsOfARunningOrg())}
`
}

export async function gatewayAdminApiPage(): Promise<string> {
  return `# Admin API of the gateway

On a listener of its own (\`gateway.admin.listen\`), with \`Authorization: Bearer\` and the gateway's admin token; \`GET /admin/openapi.json\` has the
whole of it and needs no token. Errors are problem details (RFC 9457) with a stable \`code\` and \`next\`, what to do.

${sectionsOf(await pathsOfARunningGateway())}
`
}

export async function keeperApiPage(): Promise<string> {
  return `# API of the keeper

On a listener of its own (\`keeper.listen\`), with \`Authorization: Bearer\` and a token of the keeper: everything is asked of the tenant that the token
belongs to (P-28). \`GET /v1/openapi.json\` has the whole of it and needs no token. Errors are problem details (RFC 9457) with a stable \`code\` and
\`next\`, what to do; where the org has refused, \`explanations\`, the likeliest first; and \`Retry-After\` where it is known when the answer may be another.

Without a token: \`GET /healthz\`, \`GET /readyz\` (503 while tokens cannot be stored), \`GET /metrics\` (Prometheus; no names in it).

${sectionsOf(await pathsOfARunningKeeper())}

## Codes

Of refusals, besides those that every API has (\`REQUEST_MALFORMED\`, \`QUERY_INVALID\`, \`NOT_FOUND\`, …). The library's \`KeeperError\` has the same codes.

| code | status | means |
| --- | --- | --- |
${keeperCodes()}
`
}

const keeperCodes = (): string =>
  Object.entries(ownKinds)
    .map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title}. |`)
    .join('\n')

function sectionsOf(paths: Paths): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ call: `${method.toUpperCase()} ${path}`, operation })),
  )
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0] ?? ''))]
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => operation.tags[0] === tag)
    return `## ${tag}\n\n${own.map(({ call, operation }) => entry(call, operation)).join('\n\n')}`
  })
  return sections.join('\n\n')
}

async function pathsOfARunningOrg(): Promise<Paths> {
  const org = await startOrg()
  try {
    return await pathsAt(`${org.url}/admin/openapi.json`)
  } finally {
    await org.close()
  }
}

async function pathsOfARunningGateway(): Promise<Paths> {
  const free = '127.0.0.1:0'
  const environment = { SALLYPORT_GATEWAY_LISTEN: free, SALLYPORT_GATEWAY_ADMIN_LISTEN: free }
  const loaded = loadConfiguration({ environment, readFile: () => fault('does not exist'), workingDirectory: '/' })
  if (!loaded.ok) throw new Error('the configuration of a gateway that is nowhere is at fault')
  const storage = 'sqlite::memory:'
  const configuration = loaded.value.configuration.gateway
  const gateway = await startGateway({ configuration, storage, onFault, log: quiet })
  try {
    return await pathsAt(`${gateway.adminUrl}/admin/openapi.json`)
  } finally {
    await gateway.close()
  }
}

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const onFault = (cause: Error): never => {
  throw cause
}

async function pathsOfARunningKeeper(): Promise<Paths> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-keeper-page-'))
  const environment = { SALLYPORT_KEEPER_LISTEN: '127.0.0.1:0' }
  const loaded = loadConfiguration({ environment, readFile: () => fault('does not exist'), workingDirectory: '/' })
  if (!loaded.ok) throw new Error('the configuration of a keeper that is nowhere is at fault')
  const keeper = await startKeeperService({
    ...{ configuration: loaded.value.configuration.keeper, folder, keyring: { file: join(folder, 'keyring.json') } },
    ...{ proxy: 'direct', rounds: 'off', log: quiet, onFault },
  })
  try {
    return await pathsAt(`${keeper.url}/v1/openapi.json`)
  } finally {
    await keeper.close()
    await rm(folder, { recursive: true })
  }
}

async function pathsAt(document: string): Promise<Paths> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own documents, whose form tests hold
  const { paths } = (await (await fetch(document)).json()) as { readonly paths: Paths }
  return paths
}

function entry(call: string, { summary, parameters = [], requestBody, responses }: Operation): string {
  const [status = '', success = {}] = Object.entries(responses).find(([code]) => /^[23]/.test(code)) ?? []
  const parts = [
    `### ${call}`,
    `${summary}.`,
    ...parameters.filter((each) => each.in !== 'path').map((each) => `- ${each.in} ${field(each.name, each)}`),
    ...fields('body', schemaOf(requestBody)),
    ...fields(status, schemaOf(success)),
  ]
  return `${parts.slice(0, 2).join('\n\n')}\n\n${parts.slice(2).join('\n')}`.trimEnd()
}

const schemaOf = (content: Content | undefined): Schema | undefined => Object.values(content?.content ?? {})[0]?.schema

/** One level deep: what lies deeper has the names of the Metadata API, and is in the document. */
function fields(where: string, { properties = {}, required = [] }: Schema = {}): string[] {
  return Object.entries(properties).map(([name, schema]) => {
    const isRequired = where === 'body' && required.includes(name)
    return `- ${where} ${field(name, { schema, isRequired })}`
  })
}

type Field = { readonly schema: Schema; readonly description?: string; readonly isRequired?: boolean }

function field(name: string, { schema, description = schema.description, isRequired = false }: Field): string {
  const type = schema.enum?.map((value) => `\`${String(value)}\``).join(' or ') ?? typeOf(schema)
  const about = [type, isRequired ? 'required' : ''].filter((word) => word !== '').join(', ')
  const says = description?.replaceAll('<', String.raw`\<`)
  return `\`${name}\`${about === '' ? '' : ` (${about})`}${says === undefined ? '' : `: ${says}`}`
}

const typeOf = ({ type = '', items }: Schema): string =>
  type === 'array' ? `list of ${items?.type ?? 'values'}` : type
