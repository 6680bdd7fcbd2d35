/** SOAP 1.1 as the Metadata API speaks it: one call in, one answer or fault out. */
import { childOf, escapeXml, parseXml, textOf, type XmlElement } from '../../documents/xml.ts'
import { fault, ok, type Result } from '../../values/result.ts'

export const metadataNamespace = 'http://soap.sforce.com/2006/04/metadata'

export type SoapCall = {
  /** `retrieve`, `checkDeployStatus`, … */
  readonly name: string
  readonly parameters: XmlElement
  readonly sessionId: string | undefined
}
/** Salesforce repeats the code in front of the words. */
export type SoapFault = { readonly code: string; readonly message: string }

export function readCall(body: string): Result<SoapCall, SoapFault> {
  const envelope = parseXml(body)
  if (!envelope.ok) return notSoap(`${envelope.fault.message}, line ${envelope.fault.line}`)
  if (envelope.value.name !== 'Envelope') return notSoap('no Envelope')
  const [parameters] = childOf(envelope.value, 'Body')?.children ?? []
  if (parameters === undefined) return notSoap('no call in its Body')
  const session = childOf(childOf(envelope.value, 'Header'), 'SessionHeader')
  return ok({ name: parameters.name, parameters, sessionId: textOf(session, 'sessionId') })
}

const notSoap = (why: string): Result<never, SoapFault> =>
  fault({ code: 'soapenv:Client', message: `The request is no SOAP message that can be read: ${why}.` })

/** A field that is undefined is left out; each member of a list is an element of that name. */
export type SoapValue = string | number | boolean | SoapFields | readonly SoapFields[] | undefined
export type SoapFields = { readonly [name: string]: SoapValue }

export function writeFields(fields: SoapFields): string {
  return Object.entries(fields)
    .map(([name, value]) => writeValue(name, value))
    .join('')
}

function writeValue(name: string, value: SoapValue): string {
  if (value === undefined) return ''
  if (isList(value)) return value.map((each) => writeValue(name, each)).join('')
  const inside = typeof value === 'object' ? writeFields(value) : escapeXml(String(value))
  return `<${name}>${inside}</${name}>`
}

const isList = (value: SoapValue): value is readonly SoapFields[] => Array.isArray(value)

export const writeAnswer = (call: string, result: SoapFields): string =>
  envelope(`xmlns="${metadataNamespace}"`, `<${call}Response>${writeValue('result', result)}</${call}Response>`)

/** A code without a prefix is of Salesforce's own, as `sf:INVALID_SESSION_ID`. */
export function writeFault({ code, message }: SoapFault): string {
  const own = !code.includes(':')
  const words = own ? `${code}: ${message}` : message
  return envelope(
    `xmlns:sf="${metadataNamespace}"`,
    `<soapenv:Fault><faultcode>${own ? 'sf:' : ''}${code}</faultcode><faultstring>${escapeXml(words)}</faultstring></soapenv:Fault>`,
  )
}

const envelope = (namespace: string, inside: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ${namespace}><soapenv:Body>${inside}</soapenv:Body></soapenv:Envelope>`
