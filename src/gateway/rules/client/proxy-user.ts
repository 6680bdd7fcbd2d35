/** Who a client says it is: what it wrote into the connection URL, by way of a header or of SOCKS5, and which egress it asks for. */
import { fault, ok, type Result } from '../../../values/result.ts'
import { refusal, type Refusal } from '../refusal.ts'

/** As text, whatever the character set was that they came in. */
export type Credentials = { readonly user: string; readonly password: string }

/** From `Proxy-Authorization`. Undefined for another scheme than Basic and for what is no Basic: both are answered like no credentials at all,
 *  with a challenge (G-16). */
export function parseProxyAuthorization(value: string | undefined): Credentials | undefined {
  if (value === undefined || value.length > longestHeader) return undefined
  const [, token] = /^basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(value) ?? []
  if (token === undefined) return undefined
  const bytes = Buffer.from(token, 'base64')
  const colon = bytes.indexOf(0x3a) // RFC 7617 section 2: a user has no colon, a password may
  if (colon < 0) return undefined
  return { user: readText(bytes.subarray(0, colon)), password: readText(bytes.subarray(colon + 1)) }
}

const longestHeader = 4096

/** UTF-8, as the challenge asks for (RFC 7617 section 2.1); whatever is none is read as ISO 8859-1, in which older clients write. */
export function readText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = buffer.toString('utf8')
  return text.includes('\ufffd') ? buffer.toString('latin1') : text
}

/** The same credentials as they may have been meant, the likeliest first: a client that does not decode its URL sends `p%40ss` for `p@ss`, and
 *  composed letters may come decomposed. At most two. */
export function readingsOf(given: Credentials): readonly Credentials[] {
  const plain = { user: given.user.normalize('NFC'), password: given.password.normalize('NFC') }
  if (!given.user.includes('%') && !given.password.includes('%')) return [plain]
  const decoded = { user: percentDecoded(plain.user), password: percentDecoded(plain.password) }
  return [plain, decoded]
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text).normalize('NFC')
  } catch {
    return text // a percent sign that encodes nothing stands for itself
  }
}

const pinMark = '+egress='

/** `app+egress=a` as its two parts. Undefined where it has no such end; the user of a client may hold a plus itself, so look for the whole first. */
export function splitPin(user: string): { readonly user: string; readonly egress: string } | undefined {
  const at = user.lastIndexOf(pinMark)
  if (at < 0) return undefined
  const egress = user.slice(at + pinMark.length)
  return egress === '' ? undefined : { user: user.slice(0, at), egress }
}

/** The one egress that a client asks for: in its user, or else in the field `Sallyport-Egress` of its CONNECT. Undefined: the gateway chooses. */
export function decidePin(
  client: { readonly name: string; readonly mayPin: boolean },
  asked: string | undefined,
): Result<string | undefined, Refusal> {
  if (asked === undefined || client.mayPin) return ok(asked)
  return fault(refusal('PIN_NOT_PERMITTED', { client: client.name }))
}

export type ClientProblem = { readonly client: number; readonly message: string; readonly next: string }

/** What no client could ever use, or what would let one be taken for another; in the order of the configuration. */
export function clientProblems(
  clients: readonly { readonly name: string; readonly username: string; readonly passwordLength: number }[],
): readonly ClientProblem[] {
  return clients.flatMap((each, at) =>
    problemsOf(each, clients.slice(0, at)).map((problem) => ({ client: at, ...problem })),
  )
}

const longestSocks = 255 // RFC 1929: one byte tells the length

function problemsOf(
  { name, username, passwordLength }: { name: string; username: string; passwordLength: number },
  earlier: readonly { readonly name: string; readonly username: string }[],
): { readonly message: string; readonly next: string }[] {
  const problems: { message: string; next: string }[] = []
  const same = username.normalize('NFC')
  if (earlier.some((each) => each.name === name))
    problems.push({ message: `two clients are named ${name}`, next: 'Give each a name of its own.' })
  if (earlier.some((each) => each.username.normalize('NFC') === same))
    problems.push({ message: `two clients have the user ${username}`, next: 'Give each a user of its own.' })
  if (username.includes(':'))
    problems.push({
      message: `the user ${username} holds a colon, which Basic credentials cannot carry`,
      next: 'Leave it out.',
    })
  // oxlint-disable-next-line eslint/no-control-regex
  if (/[\0-\u001f\u007f]/.test(username))
    problems.push({ message: `the user of ${name} holds a control character`, next: 'Leave it out.' })
  if (Buffer.byteLength(username) > longestSocks || passwordLength > longestSocks)
    problems.push({
      message: `the user or the password of ${name} is longer than the ${longestSocks} bytes of SOCKS5`,
      next: 'Shorten it.',
    })
  if (passwordLength === 0) problems.push({ message: `the password of ${name} is empty`, next: 'Give it one.' })
  return problems
}
