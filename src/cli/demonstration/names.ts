/** Who and what takes part in the demonstration. */

export const demonstrationApp = 'Nightly_Sync'
export const demonstrationUser = 'admin@demo.example'
/** Whose grant the keeper keeps: of a user of its own, since of one user's six approvals of an app the first is revoked (SF-209). */
export const keptUser = 'keeper@demo.example'
/** Below the data folder. */
export const demonstrationKeyring = 'demonstration/keeper-keyring.json'
/** In the keeper. */
export const demonstrationConnection = 'demo'
export const callbackUrl = 'http://localhost:1717/OauthRedirect'
/** Of the keeper where it listens as it usually does: its links and its own callback lead there. */
export const keeperCallbackUrl = 'http://127.0.0.1:8481/oauth/callback'
