/** Whether a token reply is signed with the app's secret (SF-46). Asked after the tokens have come, so that nothing here may keep them from being stored. */
import { createHmac } from 'node:crypto'
import { judgeSignature, signedText, type SignatureVerdict } from '../rules/reply-signature.ts'
import type { Tokens } from '../rules/token-reply.ts'
import type { ExchangeParts, Held } from './parts.ts'

/** Never rejects: where the secret cannot be read just now, nothing is judged. */
export async function signatureOf(parts: ExchangeParts, held: Held, tokens: Tokens): Promise<SignatureVerdict> {
  const secret = await secretOf(parts, held)
  const text = signedText(tokens)
  const verdict = judgeSignature(
    tokens,
    secret &&
      createHmac('sha256', secret)
        .update(text ?? '')
        .digest('base64'), // SF-46: the secret as it is, standard base64
  )
  if (verdict === 'wrong') parts.log.warn('keeper.signature-mismatch', { ...held.key, app: held.connection.app })
  return verdict
}

async function secretOf(parts: ExchangeParts, { key, connection }: Held): Promise<string | undefined> {
  try {
    return (await parts.credentialsOf(key.tenant, connection.app, connection.loginUrl)).clientSecret
  } catch (cause) {
    parts.log.warn('keeper.signature-not-checked', { ...key, cause: String(cause) })
    return undefined
  }
}
