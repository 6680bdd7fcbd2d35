/** Instants and durations in whole milliseconds; the clock itself lives elsewhere, here is only arithmetic. */
/** Milliseconds since 1970-01-01T00:00:00Z on the store's clock (P-13). */
export type Instant = number & {
    readonly __brand: 'Instant';
};
/** Milliseconds; never negative. */
export type Duration = number & {
    readonly __brand: 'Duration';
};
export type ValidityUnit = 'Hours' | 'Days' | 'Months';
export declare const milliseconds: (n: number) => Duration;
export declare const seconds: (n: number) => Duration;
export declare const minutes: (n: number) => Duration;
export declare const hours: (n: number) => Duration;
export declare const days: (n: number) => Duration;
/** Reads milliseconds or an ISO 8601 text; throws on anything else, so it is for literals and stored values. */
export declare function instant(at: number | string): Instant;
export declare const after: (from: Instant, length: Duration) => Instant;
export declare const before: (from: Instant, length: Duration) => Instant;
/** Zero where `to` lies before `from`: a clock that went back makes nobody idle. */
export declare const between: (from: Instant, to: Instant) => Duration;
export declare function earlier(a: Instant | 'never', b: Instant | 'never'): Instant | 'never';
/** Hours and days are exact; months are UTC calendar months, clamped to the month's end (SF-183). */
export declare function validUntil(from: Instant, period: number, unit: ValidityUnit): Instant;
export declare const isoText: (at: Instant) => string;
