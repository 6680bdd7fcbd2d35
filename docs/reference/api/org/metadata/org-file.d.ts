import type { DocumentFault, Path } from '../../documents/fault.ts';
import { type SecretReaders } from '../../documents/secrets.ts';
import { type Result } from '../../values/result.ts';
import type { Schema } from '../../values/schema.ts';
import type { ServerChoices } from '../rules/policy.ts';
import { type AppObject } from './app-object.ts';
import { type ConnectedApp } from './connected-app.ts';
import { type ExternalClientApp } from './external-client-app.ts';
import { type ConnectedAppSettings, type ExternalClientAppSettings, type OauthOidcSettings, type Organization, type SecuritySettings } from './org-wide.ts';
import { type PermissionSet, type Profile, type User } from './people.ts';
export type OrgFile = {
    readonly organization?: Organization;
    readonly securitySettings?: SecuritySettings;
    readonly oauthOidcSettings?: OauthOidcSettings;
    readonly connectedAppSettings?: ConnectedAppSettings;
    readonly externalClientAppSettings?: ExternalClientAppSettings;
    readonly profiles?: readonly Profile[];
    readonly permissionSets?: readonly PermissionSet[];
    readonly users?: readonly User[];
    readonly externalClientApps?: readonly ExternalClientApp[];
    readonly connectedApps?: readonly ConnectedApp[];
};
/** JSON Schema of the org file, for editors. */
export declare const orgFileSchema: Schema<OrgFile>;
export type ReadOrgFile = {
    readonly file: OrgFile;
    readonly warnings: readonly DocumentFault[];
};
export type OrgFileTerms = {
    /** Only a name for messages. */
    readonly fileName: string;
    readonly secrets: SecretReaders;
    readonly configuration: ServerChoices;
};
/** All faults together, each with line and column. */
export declare function readOrgFile(text: string, terms: OrgFileTerms): Result<ReadOrgFile, readonly DocumentFault[]>;
/** The apps of both kinds, each with the list that it stands in. */
export declare function appsOf(file: OrgFile): readonly {
    readonly app: AppObject;
    readonly root: Path;
}[];
