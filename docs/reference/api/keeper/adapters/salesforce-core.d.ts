/** @salesforce/core stores a rotated token in a file of this machine (SF-296): another machine replays the former one, and an answer that is lost takes the
 *  family with it (L-31, L-41). With this it holds access tokens alone. */
import type { ConnectionName, Keeper } from '../keeper-face.ts';
import type { Handed } from './refresh-fn.ts';
/** As far as it is used, `AuthInfo` of @salesforce/core. */
export type CoreAuthInfo = {
    init: () => Promise<void>;
    update: (fields?: Partial<Handed>) => unknown;
    save: (fields?: object) => Promise<unknown>;
    getConnectionOptions: (clientApp?: string) => object;
};
export type CoreAuthInfoClass<Info extends CoreAuthInfo> = new (options?: {
    accessTokenOptions: Handed & {
        readonly loginUrl: string;
    };
}) => Info;
/** An `AuthInfo` for `Connection.create({ authInfo })`, made from the class of @salesforce/core that the program itself imports. It asks the org for the
 *  name of its user, as one made from an access token does, and writes nothing to disk. Rejects as `keeper.accessToken` does. */
export declare function forSalesforceCore<Info extends CoreAuthInfo>(keeper: Keeper, of: ConnectionName, AuthInfo: CoreAuthInfoClass<Info>): Promise<Info>;
