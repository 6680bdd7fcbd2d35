import type { Schema } from '../../values/schema.ts';
import type { Secret } from '../../values/secret.ts';
import { type StartAddress } from './field-shapes.ts';
import { type SecretField, type Uninterpreted } from './schema.ts';
export type Profile = {
    readonly name: string;
    readonly description?: string;
    readonly userLicense?: string;
    readonly custom?: boolean;
    readonly loginIpRanges?: StartAddress[];
    readonly loginHours?: Uninterpreted;
    /** Names of the permissions that are enabled, as in SF-316. */
    readonly userPermissions?: string[];
};
export type PermissionSet = {
    readonly name: string;
    readonly label?: string;
    readonly description?: string;
    readonly userPermissions?: string[];
    /** Usernames. */
    readonly assigned?: string[];
};
export type User = {
    readonly username: string;
    readonly password?: Secret;
    readonly profile?: string;
    readonly email?: string;
    readonly firstName?: string;
    readonly lastName?: string;
    readonly alias?: string;
    readonly localeSidKey?: string;
    readonly languageLocaleKey?: string;
    readonly timeZoneSidKey?: string;
    readonly isActive?: boolean;
};
/** Profiles that every org has, named or not. */
export declare const standardProfiles: readonly string[];
export declare const defaultProfile = "Standard User";
export declare const profileSchema: Schema<Profile>;
export declare const permissionSetSchema: Schema<PermissionSet>;
export declare const userSchema: (secret: SecretField) => Schema<User>;
