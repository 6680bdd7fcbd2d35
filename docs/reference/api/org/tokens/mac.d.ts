export type Mac = (message: Uint8Array) => Buffer;
/** A keyed function; the key's pads are prepared once. Keys longer than a block are hashed first, as the RFC says. */
export declare function macWith(key: Uint8Array): Mac;
/** SHA-256 as 64 hexadecimal digits. */
export declare function sha256Hex(data: string | Uint8Array): string;
/** Base64url without padding of SHA-256 over the text: what a PKCE challenge is (SF-93). */
export declare function sha256Base64url(text: string): string;
/** Constant-time for texts of equal length; of different length they are unequal, and lengths are no secret here. */
export declare function sameText(a: string, b: string): boolean;
/** Constant-time whatever the lengths: both are hashed first. For secrets that a caller sends. */
export declare function sameSecret(a: string, b: string): boolean;
/** The same for one secret that is asked for often: its hash is made once. */
export declare function secretCheck(secret: string): (sent: string) => boolean;
