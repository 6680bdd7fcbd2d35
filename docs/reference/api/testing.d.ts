/** `sallyport/testing`: an org for anyone's own test suite, with a clock and faults on demand. Real sockets, real store, nothing left behind. */
import { type StartOrgOptions, type TestOrg } from './org/testing/open-test-org.ts';
export type { FaultWish, StartOrgOptions, TestOrg, Tokens } from './org/testing/open-test-org.ts';
/** Listening on a free port of 127.0.0.1 when it resolves. Throws with every fault of the file, where there is one. */
export declare function startOrg(options?: StartOrgOptions): Promise<TestOrg>;
