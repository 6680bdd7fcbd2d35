/** Limits on failed logins and failed client authentications; bounded in memory, and never a way to lock out a working client. */
import type { Instant, Duration } from '../values/time.ts';
export type FailureLimits = {
    /** Whether this key (`login <user>`, `client <app> <address>`) has failed too often lately. */
    readonly exceeded: (key: string, now: Instant) => boolean;
    readonly failed: (key: string, now: Instant) => void;
    readonly succeeded: (key: string) => void;
    /** One failure less: of a try that was counted before its end was known, and was none. */
    readonly takeBack: (key: string) => void;
};
/** `most` failures within `window`; at most `mostKeys` keys are remembered, the longest untouched is forgotten first. */
export declare function openFailureLimits(most: number, { window, mostKeys }: {
    readonly window: Duration;
    readonly mostKeys: number;
}): FailureLimits;
