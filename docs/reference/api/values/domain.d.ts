/** The brands of the domain: what would otherwise be bare strings and numbers. A cast to a brand happens only in `values/` and `ip/`. */
import type { Instant } from './time.ts';
/** 18 characters, starts 00D (SF-02). */
export type OrganizationId = string & {
    readonly __brand: 'OrganizationId';
};
/** 18 characters, starts 005 (SF-02). */
export type UserId = string & {
    readonly __brand: 'UserId';
};
/** An app's API name, unique in the org over both kinds. */
export type AppName = string & {
    readonly __brand: 'AppName';
};
export type ConsumerKey = string & {
    readonly __brand: 'ConsumerKey';
};
/** 128 random bits as 32 lower-case hexadecimal digits (P-09). One grant is one family: one approval of one user for one app (SF-191). */
export type GrantId = string & {
    readonly __brand: 'GrantId';
};
/** How often a family's refresh token has been replaced; the first token is generation 0. */
export type Generation = number & {
    readonly __brand: 'Generation';
};
/** How often a grant has issued access tokens, rotated or not; what a redemption compares and sets. */
export type Sequence = number & {
    readonly __brand: 'Sequence';
};
/** Rises with every saved change that a decision on this app can see. */
export type SettingsVersion = number & {
    readonly __brand: 'SettingsVersion';
};
export declare const organizationId: (text: string) => OrganizationId;
export declare const userId: (text: string) => UserId;
export declare const appName: (text: string) => AppName;
export declare const consumerKey: (text: string) => ConsumerKey;
export declare const grantId: (hex: string) => GrantId;
export declare const generation: (n: number) => Generation;
export declare const sequence: (n: number) => Sequence;
export declare const settingsVersion: (n: number) => SettingsVersion;
/** The current instant, on the clock that everything of one system shares (P-13). */
export type Clock = () => Instant;
/** Fresh random bytes from the system's secure source. */
export type RandomBytes = (count: number) => Uint8Array;
