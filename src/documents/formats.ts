/** Texts with a form of their own, by the name under which a schema asks for them. */
import { parseAddress } from '../ip/address.ts'
import { explainAddressFault } from '../ip/address-fault.ts'
import { parseCidr } from '../ip/cidr.ts'
import { parseDuration } from './duration.ts'

/** What is wrong with a text, as the end of a sentence that begins with it; undefined if it is in order. */
export type Format = (text: string) => string | undefined

export const formats: Readonly<Record<string, Format>> = {
  'address': (text) => {
    const parsed = parseAddress(text)
    return parsed.ok ? undefined : explainAddressFault(parsed.fault)
  },
  'cidr': (text) => {
    const parsed = parseCidr(text)
    return parsed.ok ? undefined : parsed.fault.message
  },
  'listen': (text) =>
    listenAddress(text) === undefined
      ? `${quoted(text)} is no HOST:PORT, such as 127.0.0.1:8480 or [::1]:8480`
      : undefined,
  'host-port': (text) =>
    hostPort.test(text) ? undefined : `${quoted(text)} is no HOST:PORT, such as login.salesforce.com:443`,
  'origin': (text) =>
    isOrigin(text)
      ? undefined
      : `${quoted(text)} is no origin, such as https://org.example, without path and slash at its end`,
  'url': (text) => (isPlainUrl(text) ? undefined : 'is no URL without credentials, such as https://org.example/path'), // not quoted: it may have some
  'duration': (text) => {
    const parsed = parseDuration(text)
    return parsed.ok ? undefined : parsed.fault
  },
  'storage': (text) =>
    /^(?:sqlite:.+|postgres(?:ql)?:\/\/.+)$/.test(text)
      ? undefined
      : 'is neither sqlite:FOLDER nor postgres://USER@HOST/DATABASE',
}

export type ListenAddress = { readonly host: string; readonly port: number }

/** HOST:PORT with IPv6 in brackets; the host is not looked up. Port 0 means a free one. */
export function listenAddress(text: string): ListenAddress | undefined {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) > 65_535) return undefined
  return { host, port: Number(port) }
}

const hostPort = /^(?:\[[0-9a-fA-F:.]+\]|[*A-Za-z0-9._-]+):\d{1,5}$/

function isOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol) && url.origin === text.toLowerCase()
}

function isPlainUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}

const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
