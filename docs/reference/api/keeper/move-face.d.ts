/** What the keeper offers for taking a vault to another machine. A refresh token belongs to one keeper: two that exchange it in turn are taken for a thief and its
 *  victim, and the org revokes the whole family (SF-188). So a connection that is moved is handed over: here nothing of it is sent any more. */
import type { Secret } from '../values/secret.ts';
import type { ConnectionKey } from './connection-key.ts';
/** Whoever has the one or the other reads every token in the file. */
export type ExportLock = 
/** At least twelve characters; stretched by scrypt (N = 2^17, r = 8, p = 1). */
{
    readonly passphrase: Secret;
}
/** An X25519 public key in PEM: `openssl genpkey -algorithm X25519`, then `openssl pkey -pubout`. */
 | {
    readonly recipientKey: string;
};
export type ExportWish = ExportLock & {
    /** A path where there is nothing yet; made with mode 0600. */
    readonly file: string;
    /** All of them where it is left out. */
    readonly tenant?: string | undefined;
    /** Each connection is paused here before it is written there, so that whoever imports the file may use it at once. Undone where the export fails, and by
     *  `takeBack`. */
    readonly handOver?: boolean | undefined;
    /** Also those that were handed over before, e.g. by an export that was killed. Not where another keeper uses them: it has newer tokens. */
    readonly handedOverToo?: boolean | undefined;
};
export type NotExported = {
    readonly tenant: string;
    readonly id: string;
    readonly why: string;
    readonly next: string;
};
export type Exported = {
    /** Names the export; `takeBack` takes it. */
    readonly export: string;
    readonly file: string;
    readonly apps: number;
    readonly connections: number;
    readonly handedOver: boolean;
    /** Connections that are not in the file. */
    readonly left: readonly NotExported[];
};
export type ImportWish = ({
    readonly passphrase: Secret;
} | {
    readonly privateKey: Secret;
}) & {
    readonly file: string;
    /** What is there and differs gives way; never to an older generation (L-48). */
    readonly replace?: boolean | undefined;
    /** For connections that were not handed over: the keeper that they came from was stopped before the export and will not run again. Without this word the org is
     *  asked about each of them before its token is sent. */
    readonly exporterStopped?: boolean | undefined;
};
export type ImportedEntry = {
    readonly kind: 'app' | 'connection';
    readonly tenant: string;
    /** The app's name, or the connection's id. */
    readonly id: string;
    /** `same`: it was there already, e.g. by an import that was interrupted. `to-be-asked`: taken, and the org is asked before its token is sent. */
    readonly outcome: 'created' | 'replaced' | 'same' | 'to-be-asked' | 'refused';
    readonly why?: string;
    readonly next?: string;
};
export type Imported = {
    readonly export: string;
    /** Milliseconds since 1970, by the exporter's clock. */
    readonly exportedAt: number;
    readonly entries: readonly ImportedEntry[];
};
export type MoveCare = {
    /** All apps and connections with their secrets, in one sealed file. Rejects with a KeeperError; then no file is left, and what was handed over is taken back. */
    readonly exportVault: (wish: ExportWish) => Promise<Exported>;
    /** Reads the whole file before it changes anything: one that was cut short or altered, or another passphrase, changes nothing. Entry by entry after that; one that
     *  was interrupted can be done again. Rejects with a KeeperError IMPORT_REFUSED. */
    readonly importVault: (wish: ImportWish) => Promise<Imported>;
    /** Ends the pause of what was handed over and was never used elsewhere: one connection, or all of an export. Resolves with how many. */
    readonly takeBack: (wish: {
        readonly of: string | ConnectionKey;
    } | {
        readonly export: string;
    }) => Promise<number>;
};
