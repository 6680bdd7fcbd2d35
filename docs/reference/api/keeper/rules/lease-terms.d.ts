/** When the holder of a lease may still write to the network (P-21): asked in the very tick of the write, on two clocks, because either alone can be
 *  wrong: the wall clock is set, the other one stands still while the machine sleeps. */
import { type Duration, type Instant } from '../../values/time.ts';
export type LeaseTerms = {
    /** For which the lease is taken. */
    readonly lease: Duration;
    /** From the write of the request to the end of its connection. */
    readonly call: Duration;
};
export declare const usualTerms: LeaseTerms;
/** A sentence, where a call could outlive its lease (L-36). */
export declare function faultOfTerms({ lease, call }: LeaseTerms): string | undefined;
export type Moment = {
    readonly wall: Instant;
    readonly monotonic: number;
};
/** The last moment for the end of the connection, whoever cuts it. `taken` is read before the lease is asked for, so that it errs on the safe side. */
export declare const connectionEndsAt: (taken: Moment, { lease }: LeaseTerms) => Instant;
export type MayWrite = {
    readonly may: true;
} | {
    readonly may: false;
    readonly why: string;
};
export declare function mayWrite(taken: Moment, now: Moment, { lease, call }: LeaseTerms): MayWrite;
