/** How an app proves itself (SF-15): checked when the app is saved, and opened when a request is about to be made. */
import type { Secret } from '../values/secret.ts'
import { openAssertions, readPrivateKey, type AssertionParts } from './client-assertion.ts'
import { KeeperError } from './keeper-error.ts'
import type { AppWish } from './keeper-face.ts'
import type { AppCredentials, Authentication } from './rules/requests.ts'
import type { AppKey, StoredApp } from './store/apps.ts'
import type { Envelope, Lock } from './vault/envelope.ts'

/** `secret`: the client secret or the private key; undefined for a public client. */
export type AppProof = { readonly authentication: Authentication; readonly secret: Secret | undefined }

/** Throws a KeeperError INVALID. */
export function checkedProof({ name, clientSecret, privateKey, authentication }: AppWish): AppProof {
  const invalid = (means: string, next: string): KeeperError => new KeeperError('INVALID', means, { next: [next] })
  if (privateKey !== undefined) {
    if (clientSecret !== undefined)
      throw invalid(`The app ${name} has both a client secret and a private key.`, 'Leave one of the two out.')
    if (authentication !== undefined && authentication !== 'private_key_jwt')
      throw invalid(`The app ${name} has a private key and is to prove itself by ${authentication}.`, 'Leave that out.')
    const read = readPrivateKey(privateKey)
    if (!read.ok)
      throw invalid(
        `The private key of the app ${name} ${read.fault}.`,
        'Make one: openssl req -x509 -newkey rsa:2048 -noenc -keyout app.key -out app.crt; the certificate goes into Setup.',
      )
    return { authentication: 'private_key_jwt', secret: privateKey }
  }
  if (authentication === 'private_key_jwt')
    throw invalid(`The app ${name} is to prove itself by a private key and has none.`, 'Give its private key as PEM.')
  if (authentication === 'basic' && clientSecret === undefined)
    throw invalid(`The app ${name} is to prove itself by its secret and has none.`, 'Give its client secret.')
  return { authentication: authentication ?? 'post', secret: clientSecret }
}

/** What lies there as a private key does not open as a client secret, whatever the row says. */
export function lockOfApp(
  { tenant, name }: AppKey,
  { authentication, dataKey }: { readonly authentication: string; readonly dataKey: Lock['dataKey'] },
): Lock {
  const purpose = authentication === 'private_key_jwt' ? 'private-key' : 'client-secret'
  return { place: { owner: { kind: 'app', tenant, id: name }, purpose, generation: 0, attempt: 0 }, dataKey }
}

/** Undefined for a public client. Rejects with a VaultFault. */
export async function openedSecret(envelope: Envelope, app: StoredApp): Promise<Secret | undefined> {
  const { key, secret, authentication } = app
  if (secret === null) return undefined
  return await envelope.openText(secret.sealed, lockOfApp(key, { authentication, dataKey: secret.dataKey }))
}

export type CredentialParts = AssertionParts & { readonly envelope: Envelope }

/** For requests to this login host, which is the audience of an assertion. */
export async function credentialsFrom(
  app: StoredApp,
  loginUrl: string,
  parts: CredentialParts,
): Promise<AppCredentials> {
  const { clientId } = app
  const opened = await openedSecret(parts.envelope, app)
  if (app.authentication !== 'private_key_jwt' || opened === undefined)
    return {
      ...{ clientId, clientSecret: opened?.expose() },
      authentication: app.authentication === 'basic' ? 'basic' : 'post',
    }
  const key = readPrivateKey(opened)
  if (!key.ok) throw new Error(`the private key of the app ${app.key.name} ${key.fault}, and was stored nevertheless`)
  const assertion = openAssertions(key.value, { clientId, loginUrl }, parts)
  return { clientId, clientSecret: undefined, authentication: 'private_key_jwt', assertion }
}
