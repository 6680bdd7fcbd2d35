/** Secrets of webhooks, as Standard Webhooks spells them: `whsec_` and base64. */
import { fault, ok, type Result } from '../../values/result.ts'

/** The base64 of each. Several stand with spaces between them while one is replaced: a delivery is signed with all. The fault follows "its secret",
 *  and holds nothing of it. */
export function parseWebhookSecrets(text: string): Result<readonly string[], string> {
  const each = text.split(/\s+/).filter((part) => part !== '')
  if (each.length === 0) return fault('is empty')
  if (each.length > most) return fault(`has more than ${most} in it; two are enough while one is replaced`)
  const keys = each.map((part) => shape.exec(part)?.[1])
  const good = keys.filter((key) => key !== undefined && isLongEnough(key))
  if (good.length < keys.length)
    return fault('has to be whsec_ and the base64 of 24 to 64 random bytes; make one with: openssl rand -base64 32')
  return ok(good.flatMap((key) => (key === undefined ? [] : [key])))
}

const most = 5
const shape = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/

function isLongEnough(base64: string): boolean {
  const bytes = (base64.replace(/=+$/, '').length * 3) >> 2
  return bytes >= 24 && bytes <= 64
}
