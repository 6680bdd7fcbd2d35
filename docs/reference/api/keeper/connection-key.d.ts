/** How a connection is named, everywhere. */
/** `id` is the operator's word for it, e.g. `canary`; one tenant never sees another's (P-28). */
export type ConnectionKey = {
    readonly tenant: string;
    readonly id: string;
};
/** `tenant` where it is left out. */
export declare const onlyTenant = "default";
