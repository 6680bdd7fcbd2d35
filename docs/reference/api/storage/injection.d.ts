/** Failures on purpose, raised inside the real code paths: for tests that make the n-th call fail and then check what is left. */
/** `after-commit` is the commit that took place and whose report was lost; `read` is a statement of a read. */
export type InjectionOp = 'begin' | 'statement' | 'commit' | 'after-commit' | 'read';
/** `n` counts the points of this `op` on this connection's thread, from 1. */
export type InjectionPoint = {
    readonly op: InjectionOp;
    readonly n: number;
    readonly sql?: string;
};
/** As data, because a function cannot enter the writer thread. */
export type InjectionPlan = {
    readonly op: InjectionOp;
    /** The first point that fails, counted from 1 among those that match. */
    readonly n: number;
    /** How many points in a row fail; 1 where omitted. */
    readonly times?: number;
    /** Only statements whose text contains this are counted. */
    readonly sqlContains?: string;
    /** SQLite's extended result code to fail with, e.g. 1034 for a failed fsync. */
    readonly errcode?: number;
    /** `kill` ends the process as kill -9 does; `throw` where omitted. */
    readonly act?: 'throw' | 'kill';
};
/** A function throws to inject; it works in the calling thread only. */
export type Injection = InjectionPlan | ((point: InjectionPoint) => void);
/** What the engine calls at each point. */
export type Inject = (op: InjectionOp, sql?: string) => void;
export declare class InjectedFailure extends Error {
    readonly errcode?: number;
    constructor(point: InjectionPoint, errcode: number | undefined);
}
export declare function injectorOf(injection: Injection | undefined): Inject | undefined;
