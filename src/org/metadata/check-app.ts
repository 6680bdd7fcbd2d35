/** What an app's own fields must be, beside what its policies say: callbacks, certificate, keys. */
import { X509Certificate } from 'node:crypto'
import type { ReadApp } from './read-app.ts'
import type { ObjectFault } from './object-fault.ts'

const longestCallbacks = 2000 // SF-83
const largestCertificate = 4096
const consumerKeyShape = /^[A-Za-z0-9._-]{1,256}={0,2}$/ // SF-04
const consumerSecretShape = /^[A-Za-z0-9._-]{1,256}={0,2}$/ // SF-04, and never empty

export function checkApp(app: ReadApp): readonly ObjectFault[] {
  return [
    ...callbackFaults(app.callbackUrl).map((each) => inKeys(app, 'callbackUrl', each)),
    ...certificateFaults(app.certificate).map((each) => inKeys(app, 'certificate', each)),
    ...keyFaults(app),
  ]
}

type Finding = { readonly message: string; readonly next: string }

const inKeys = (app: ReadApp, field: string, finding: Finding): ObjectFault => ({ at: [app.keys, field], ...finding })

/** The callbacks, one a line; blank lines do not count. */
export const callbacksOf = (callbackUrl: string | undefined): readonly string[] =>
  (callbackUrl ?? '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean)

function callbackFaults(callbackUrl: string | undefined): readonly Finding[] {
  const callbacks = callbacksOf(callbackUrl)
  const faults = callbacks.flatMap(callbackFault)
  if ((callbackUrl?.length ?? 0) > longestCallbacks) {
    const message = `has ${callbackUrl?.length} characters; all callbacks together may have ${longestCallbacks}`
    faults.push({ message, next: 'Remove callbacks that nobody uses.' })
  }
  const repeated = callbacks.find((each, i) => callbacks.indexOf(each) !== i)
  if (repeated !== undefined) faults.push({ message: `lists ${quoted(repeated)} twice`, next: 'Keep one of the two.' })
  return faults
}

// A browser that is redirected to one of these runs or opens what the client wrote.
const dangerous = new Set(['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:', 'view-source:'])
const localHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/** https, http to this machine only, and schemes of native apps (SF-84). */
function callbackFault(callback: string): Finding[] {
  const url = URL.canParse(callback) ? new URL(callback) : undefined
  const say = (why: string, next: string): Finding[] => [{ message: `has ${quoted(callback)}, which ${why}`, next }]
  if (url === undefined || /[\s\p{Cc}]/u.test(callback))
    return say('is no absolute URL', 'Write one absolute URL a line.')
  if (dangerous.has(url.protocol)) return say(`has the scheme ${url.protocol}, which is never allowed`, 'Use https.')
  if (callback.includes('#')) return say('has a fragment', 'Remove the # and what follows it.')
  if (url.protocol === 'https:') return []
  if (url.protocol !== 'http:' || localHosts.has(url.hostname)) return []
  return say('is http to another machine', 'Use https; http is for localhost only.')
}

/** Schemes of protocols and of programs that every machine has: nothing behind them is the app, so a code sent there is lost or stolen. */
const protocols = new Set(
  'ftp ftps sftp ws wss gopher telnet ssh ldap ldaps imap pop smb nfs irc ircs rtsp mailto tel sms sip sips news nntp urn'
    .split(' ')
    .map((name) => `${name}:`),
)

/** What may not be saved any more, though it may have been: a scheme that is neither the web's nor an app's own (SF-84, RFC 8252 section 7.1). */
export function schemeFaults(app: ReadApp): readonly ObjectFault[] {
  return callbacksOf(app.callbackUrl).flatMap((callback) => {
    const scheme = URL.canParse(callback) ? new URL(callback).protocol : ''
    if (!protocols.has(scheme)) return []
    const message = `has ${quoted(callback)} with the scheme ${scheme}, which is a protocol and no app`
    return [
      inKeys(app, 'callbackUrl', { message, next: "Use https, http for localhost, or a scheme of the app's own." }),
    ]
  })
}

function certificateFaults(pem: string | undefined): readonly Finding[] {
  if (pem === undefined) return []
  if (Buffer.byteLength(pem) > largestCertificate) {
    const message = `has ${Buffer.byteLength(pem)} bytes; at most ${largestCertificate} are allowed`
    return [{ message, next: 'Give the certificate alone, without its chain.' }]
  }
  return certificateIsReadable(pem)
    ? []
    : [
        {
          message: 'is no X.509 certificate in PEM',
          next: 'Write the text from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.',
        },
      ]
}

function certificateIsReadable(pem: string): boolean {
  try {
    return new X509Certificate(pem).publicKey.type === 'public'
  } catch {
    return false // the parser's only word against it is an exception
  }
}

function keyFaults(app: ReadApp): readonly ObjectFault[] {
  const faults: ObjectFault[] = []
  const next = 'Use letters, digits, dot, hyphen and underscore only: clients put it into sfdxAuthUrl.'
  if (app.consumerKey !== undefined && !consumerKeyShape.test(app.consumerKey)) {
    faults.push(inKeys(app, 'consumerKey', { message: 'has characters that a consumer key cannot have', next }))
  }
  if (app.consumerSecret !== undefined && !consumerSecretShape.test(app.consumerSecret.expose())) {
    faults.push(inKeys(app, 'consumerSecret', { message: 'has characters that a consumer secret cannot have', next }))
  }
  return faults
}

const quoted = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
