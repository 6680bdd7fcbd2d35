import { type Secret } from '../values/secret.ts';
import type { RandomBytes } from '../values/domain.ts';
export declare const adminTokenFileName = "admin-token";
export type AdminToken = {
    readonly token: Secret;
    /** Made by this start: the one time that it is printed. */ readonly isNew: boolean;
};
/** `given` (SALLYPORT_ADMIN_TOKEN) overrides; with no folder the token lives as long as the process. */
export declare function openAdminToken(folder: string | undefined, { random, given }: {
    readonly random: RandomBytes;
    readonly given: Secret | undefined;
}): Promise<AdminToken>;
