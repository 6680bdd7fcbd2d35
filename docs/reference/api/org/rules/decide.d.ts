import type { Request } from './app.ts';
import { type ErrorCode } from './errors/catalogue.ts';
import type { Saw } from './errors/entry.ts';
import type { PolicySettings, Signal, Terms } from './policy.ts';
export type TraceLine = {
    readonly policy: string;
    readonly vote: 'allow' | 'deny' | 'abstain';
    readonly code?: ErrorCode;
    readonly saw?: Saw;
};
export type Refusal = {
    readonly code: ErrorCode;
    readonly saw: Saw;
    readonly ends?: 'grant';
};
export type Decision = {
    readonly kind: 'allowed';
    readonly trace: readonly TraceLine[];
    readonly signals: readonly Signal[];
} | {
    readonly kind: 'refused';
    readonly refusal: Refusal;
    readonly policy: string;
    readonly trace: readonly TraceLine[];
};
/** Asks all of the app's policies, also those behind the first denial, so that the trace is whole; then the server's own checks. */
export declare function decide(request: Request, policies: PolicySettings): Decision;
/** What may be issued on an allowed request. */
export declare function termsOf(request: Request, policies: PolicySettings): Terms;
/** The trace as an admin reads it: one sentence for each policy that had a say. */
export declare function explainTrace(trace: readonly TraceLine[]): readonly string[];
