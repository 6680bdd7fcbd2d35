import type { StartOrgOptions, TestOrg } from './org/testing/test-org.ts';
export type { FaultWish, GrantWish, StartOrgOptions, TestOrg, Tokens } from './org/testing/test-org.ts';
/** Listening on a free port of 127.0.0.1 when it resolves. Throws with every fault of the file, where there is one. */
export declare function startOrg(options?: StartOrgOptions): Promise<TestOrg>;
