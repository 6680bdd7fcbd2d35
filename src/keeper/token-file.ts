/** Where the bearer token of the keeper's service lies, beside the vault; apart, so that a command finds it without loading the service. */
export const tokenFileName = 'keeper-token'
