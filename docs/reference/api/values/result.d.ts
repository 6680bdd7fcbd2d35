/** What is expected to fail is returned by name; what is broken is thrown. */
export type Ok<T> = {
    readonly ok: true;
    readonly value: T;
};
export type Fault<E> = {
    readonly ok: false;
    readonly fault: E;
};
export type Result<T, E> = Ok<T> | Fault<E>;
export declare function ok<T>(value: T): Ok<T>;
export declare function fault<E>(what: E): Fault<E>;
