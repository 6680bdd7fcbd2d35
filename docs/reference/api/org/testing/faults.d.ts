/** Faults on demand, so that a client's bad days can be rehearsed; deterministic by seed. */
import type { Duration } from '../../values/time.ts';
export type Fault = 
/** The redemption commits, then the connection is cut before a byte of the reply. */
{
    readonly kind: 'drop-response';
}
/** The reply waits; `before` or `after` the commit. */
 | {
    readonly kind: 'delay';
    readonly for: Duration;
    readonly when: 'before-commit' | 'after-commit';
}
/** 503 before anything is looked at. */
 | {
    readonly kind: 'unavailable';
}
/** `token request is already being processed`, the token left as it was. */
 | {
    readonly kind: 'in-flight';
}
/** An allowlist save takes this long to come into force; the whole old list applies until then (SF-139, SF-140). */
 | {
    readonly kind: 'slow-propagation';
    readonly for: Duration;
}
/** An allowlist save answers success and changes nothing (SF-146). */
 | {
    readonly kind: 'save-does-not-take';
};
export type FaultKind = Fault['kind'];
/** One order: `rate` is the share of the app's requests that it strikes, drawn from `seed`; `times` is how often it still may. */
export type FaultOrder = {
    readonly fault: Fault;
    /** Undefined: every app. */
    readonly app: string | undefined;
    readonly times: number;
    readonly rate: number;
    readonly seed: number;
};
export type Faults = {
    /** The fault of one of these kinds that strikes this request, if any; taking it uses it up. */
    readonly take: (kinds: readonly FaultKind[], app: string) => Fault | undefined;
    readonly add: (order: FaultOrder) => void;
    readonly clear: () => void;
    readonly list: () => readonly FaultOrder[];
};
export declare function openFaults(): Faults;
