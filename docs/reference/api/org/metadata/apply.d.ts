import { type Result } from '../../values/result.ts';
import { type OrgFile } from './org-file.ts';
import type { Difference } from './merge.ts';
import type { ApplyParts } from './planned.ts';
export type Applied = {
    /** `externalClientApp Nightly_Sync`, … */
    readonly applied: readonly string[];
    /** What the admin API changed and the file says otherwise; `differences` name the fields, never the value of a secret. */
    readonly kept: readonly {
        readonly object: string;
        readonly differences: readonly Difference[];
    }[];
    /** Applied once, and no longer in the file: they stay. */
    readonly vanished: readonly string[];
};
/** `reapply` overwrites what the admin API changed. The fault is a sentence: a name or key that another app has taken. */
export declare function applyOrgFile(parts: ApplyParts, file: OrgFile, { reapply }: {
    readonly reapply: boolean;
}): Promise<Result<Applied, string>>;
