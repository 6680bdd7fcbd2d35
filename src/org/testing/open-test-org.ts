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
import { issueGrant } from './issue-grant.ts'
import type { FaultWish, StartOrgOptions, TestOrg } from './test-org.ts'
import { testClient, testOrgFile, testUser } from './test-org-file.ts'
import { fault } from '../../values/result.ts'
import { milliseconds } from '../../values/time.ts'

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
  if (wish.kind === 'slow-propagation' || wish.kind === 'slow-deploy')
    return { kind: wish.kind, for: milliseconds(wish.for) }
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
