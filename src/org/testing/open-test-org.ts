/** A test org: an org with everything made that a test does not say, and handles on its clock, its faults and its grants. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { faultLine } from '../../documents/fault.ts'
import type { SecretReaders } from '../../documents/secrets.ts'
import { defaultOrgConfiguration, type OrgConfiguration } from '../configuration.ts'
import { readOrgFile, type OrgFile } from '../metadata/org-file.ts'
import { openOrg, type OrgEnvironment, type RunningOrg } from '../org.ts'
import type { Fault } from './faults.ts'
import { issueGrant, type GrantWish } from './issue-grant.ts'
import { testClient, testOrgFile, testUser, type PlainObjects } from './test-org-file.ts'
import { fault } from '../../values/result.ts'
import type { Overrides } from '../../values/defaults.ts'
import { milliseconds } from '../../values/time.ts'

export type StartOrgOptions = PlainObjects & {
  /** The text of an org file (YAML), instead of `organization`, `users` and `apps`. */
  readonly file?: string
  /** Settings of the server, as under `org` in `sallyport.yaml`. */
  readonly configuration?: Overrides<OrgConfiguration>
  /** `memory` (the default), a fresh folder that is removed at `close`, or a folder of yours that stays. */
  readonly storage?: 'memory' | 'file' | { readonly folder: string }
}

/** The fields of a token reply that are always there, and whatever else came. */
export type Tokens = Readonly<Record<string, string>> & {
  readonly access_token: string
  readonly refresh_token: string
}

/** Lengths in milliseconds; `when` is before the commit unless said. */
export type FaultWish =
  | { readonly kind: 'drop-response' | 'unavailable' | 'in-flight' | 'save-does-not-take' }
  | { readonly kind: 'slow-propagation'; readonly for: number }
  | { readonly kind: 'delay'; readonly for: number; readonly when?: 'before-commit' | 'after-commit' }

export type TestOrg = {
  /** Origin: `http://127.0.0.1:PORT`. */
  readonly url: string
  /** The app that is made where none is given. */
  readonly client: typeof testClient
  /** The user that is made where none is given. */
  readonly user: typeof testUser
  readonly adminToken: string
  /** A call of the admin API: `admin('/apps')`, with a body as JSON. */
  readonly admin: (
    path: string,
    init?: { readonly method?: string; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
  ) => Promise<Response>
  /** A grant as a consent would have made it, without a browser. */
  readonly grant: (wish?: Partial<GrantWish>) => Promise<Tokens>
  readonly clock: { readonly now: () => number; readonly advance: (ms: number) => Promise<void> }
  readonly faults: {
    /** Strikes the next `times` requests of `app` (all apps where omitted), or the share `rate` of them, drawn from `seed`. */
    readonly add: (
      fault: FaultWish,
      where?: { readonly app?: string; readonly times?: number; readonly rate?: number; readonly seed?: number },
    ) => void
    readonly clear: () => void
  }
  readonly close: () => Promise<void>
  /** `await using org = await startOrg()` closes it whatever happens in between. */
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/** Listening on a free port of 127.0.0.1 when it resolves. Throws with every fault of the file, where there is one. */
export async function openTestOrg(environment: OrgEnvironment, options: StartOrgOptions): Promise<TestOrg> {
  const configuration = defaultOrgConfiguration({ listen: '127.0.0.1:0', ...options.configuration })
  const folder = await folderFor(options.storage ?? 'memory')
  const org = await openOrg(environment, {
    storage: folder === undefined ? 'sqlite::memory:' : `sqlite:${folder.path}`,
    configuration,
    file: parse(options.file ?? testOrgFile(options), configuration),
    testing: true,
    lazyPasswords: true,
    onFault: (cause) => {
      throw cause
    },
  })
  return testOrg(org, folder?.temporary === true ? folder.path : undefined)
}

function testOrg(org: RunningOrg, remove: string | undefined): TestOrg {
  const { parts } = org
  const adminToken = org.adminToken.token.expose()
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= closeOrg(org, remove))
  return {
    url: org.url,
    client: testClient,
    user: testUser,
    adminToken,
    admin: (path, { method, body, headers } = {}) =>
      fetch(`${org.url}/admin/v1${path}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: {
          authorization: `Bearer ${adminToken}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async grant(wish) {
      const fields = await issueGrant(parts, { app: testClient.name, username: testUser.username, ...wish })
      const { access_token = '', refresh_token = '' } = fields
      return { ...fields, access_token, refresh_token }
    },
    clock: {
      now: () => parts.clock(),
      advance: (ms) => org.clock.setOffset(milliseconds(org.clock.offset() + ms)),
    },
    faults: {
      add: (wish, { app, times = 1, rate = 1, seed = 1 } = {}) =>
        parts.faults.add({ fault: faultOf(wish), app, times, rate, seed }),
      clear: () => parts.faults.clear(),
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function closeOrg(org: RunningOrg, remove: string | undefined): Promise<void> {
  await org.close()
  if (remove !== undefined) await rm(remove, { recursive: true, force: true })
}

function faultOf(wish: FaultWish): Fault {
  if (wish.kind === 'slow-propagation') return { ...wish, for: milliseconds(wish.for) }
  if (wish.kind === 'delay') return { kind: 'delay', for: milliseconds(wish.for), when: wish.when ?? 'before-commit' }
  return { kind: wish.kind }
}

function parse(text: string, configuration: OrgConfiguration): OrgFile {
  const read = readOrgFile(text, { fileName: 'org file', configuration, secrets: noSecrets })
  if (read.ok) return read.value.file
  throw new Error(read.fault.map(faultLine).join('\n'))
}

/** A test says its secrets; it does not have this library read its environment or its files. */
const noSecrets: SecretReaders = { environment: () => undefined, file: () => fault('files are not read in a test org') }

async function folderFor(
  storage: Exclude<StartOrgOptions['storage'], undefined>,
): Promise<{ readonly path: string; readonly temporary: boolean } | undefined> {
  if (storage === 'memory') return undefined
  if (storage === 'file') return { path: await mkdtemp(join(tmpdir(), 'sallyport-')), temporary: true }
  return { path: storage.folder, temporary: false }
}
