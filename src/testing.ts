/** `sallyport/testing`: an org for anyone's own test suite, with a clock and faults on demand. Real sockets, real store, nothing left behind. */
import { openTestOrg } from './org/testing/open-test-org.ts'
import type { StartOrgOptions, TestOrg } from './org/testing/test-org.ts'
import { systemEnvironment } from './system.ts'

export type { FaultWish, GrantWish, StartOrgOptions, TestOrg, Tokens } from './org/testing/test-org.ts'

/** Listening on a free port of 127.0.0.1 when it resolves. Throws with every fault of the file, where there is one. */
export async function startOrg(options: StartOrgOptions = {}): Promise<TestOrg> {
  return await openTestOrg(systemEnvironment(quiet), options)
}

/** Whatever is wrong shows in replies, login history and the admin API; a test's output stays its own. */
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
