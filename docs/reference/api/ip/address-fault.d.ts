/** Why a text is not an address: each mistake that people make has its own name and its own advice (SF-145). */
export type AddressFaultCode = 'ADDRESS_EMPTY' | 'ADDRESS_HAS_SPACES' | 'ADDRESS_HAS_ZONE' | 'ADDRESS_HAS_PREFIX_LENGTH' | 'ADDRESS_IN_BRACKETS' | 'ADDRESS_HAS_PORT' | 'ADDRESS_LEADING_ZERO' | 'ADDRESS_OCTET_TOO_LARGE' | 'ADDRESS_SHORTHAND' | 'ADDRESS_IPV6_MALFORMED' | 'ADDRESS_UNKNOWN_FORM';
/** `message` is a predicate that follows the quoted text: `"10.0.0.01" has a part with a leading zero; …`. */
export type AddressFault = {
    readonly code: AddressFaultCode;
    readonly text: string;
    readonly message: string;
};
/** Only for a text that `parseAddress` could not read: it never finds a text to be in order. */
export declare function addressFault(text: string): AddressFault;
/** The text in quotes, then what is wrong with it. */
export declare const explainAddressFault: ({ text, message }: AddressFault) => string;
