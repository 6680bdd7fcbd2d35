/** Who and what takes part in the demonstration. */

export const demonstrationApp = 'Nightly_Sync'
export const demonstrationUser = 'admin@demo.example'
export const callbackUrl = 'http://localhost:1717/OauthRedirect'
