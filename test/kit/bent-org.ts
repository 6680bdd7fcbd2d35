/** An org whose clock, engine or log is another one: for tests of what the public kit does not offer. */
import type { OrgEnvironment } from '../../src/org/org.ts'
import { openTestOrg } from '../../src/org/testing/open-test-org.ts'
import type { StartOrgOptions, TestOrg } from '../../src/testing.ts'
import { systemEnvironment } from '../../src/system.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

export type BentOptions = StartOrgOptions & { readonly environment?: Partial<OrgEnvironment> }

export async function startBentOrg({ environment, ...options }: BentOptions): Promise<TestOrg> {
  return await openTestOrg({ ...systemEnvironment(quiet), ...environment }, options)
}
