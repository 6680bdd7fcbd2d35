/** A name server on the loopback that answers what a test tells it, and remembers what it was asked. */
import { createSocket, type RemoteInfo } from 'node:dgram'
import { parseAddress } from '../../src/ip/address.ts'

export type DnsAnswer =
  /** Addresses of both families; each question is answered from those of its own. */
  | { readonly addresses: readonly string[]; readonly ttl?: number }
  | { readonly code: 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' }
  /** The question is dropped. */
  | 'silent'

export type DnsQuestion = { readonly name: string; readonly type: 'A' | 'AAAA' }

export type DnsServer = {
  /** As `dns.setServers` takes it. */
  readonly server: string
  /** In the order in which they came. */
  readonly asked: readonly DnsQuestion[]
  readonly close: () => Promise<void>
}

/** `answer` is called for every question; what it promises is sent when it is there. */
export async function startDnsServer(
  answer: (question: DnsQuestion) => DnsAnswer | Promise<DnsAnswer>,
): Promise<DnsServer> {
  const socket = createSocket('udp4')
  const asked: DnsQuestion[] = []
  const serve = async (message: Buffer, from: RemoteInfo): Promise<void> => {
    const question = readQuestion(message)
    asked.push(question)
    const given = await answer(question)
    if (given !== 'silent') socket.send(reply(message, question, given), from.port, from.address, () => {})
  }
  socket.on('message', (message, from) => void serve(message, from))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    server: `127.0.0.1:${socket.address().port}`,
    asked,
    close: async () => await new Promise((resolve) => socket.close(() => resolve())),
  }
}

const headerBytes = 12
const types = { A: 1, AAAA: 28 } as const
const codes = { NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5 } as const

function readQuestion(message: Buffer): DnsQuestion {
  const labels: string[] = []
  let at = headerBytes
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.'), type: message.readUInt16BE(at + 1) === types.A ? 'A' : 'AAAA' }
}

function reply(message: Buffer, question: DnsQuestion, answer: Exclude<DnsAnswer, 'silent'>): Buffer {
  const end = headerBytes + Buffer.byteLength(question.name) + 2 + 4
  const records = 'addresses' in answer ? recordsOf(question, answer) : []
  const head = Buffer.from(message.subarray(0, end))
  head.writeUInt16BE(0x8180 | ('code' in answer ? codes[answer.code] : 0), 2)
  head.writeUInt16BE(records.length, 6)
  head.writeUInt32BE(0, 8) // no authority and no additional records, whatever the question had
  return Buffer.concat([head, ...records])
}

function recordsOf(
  { type }: DnsQuestion,
  { addresses, ttl = 60 }: Extract<DnsAnswer, { addresses: readonly string[] }>,
): Buffer[] {
  return addresses.flatMap((text) => {
    const data = bytesOf(text)
    if ((data.length === 4) !== (type === 'A')) return []
    const head = Buffer.alloc(12)
    head.writeUInt16BE(0xc00c, 0) // the name of the question
    head.writeUInt16BE(types[type], 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt32BE(ttl, 6)
    head.writeUInt16BE(data.length, 10)
    return [Buffer.concat([head, data])]
  })
}

/** A mapped address goes out as the sixteen bytes that a hostile server would send. */
function bytesOf(text: string): Buffer {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`the test answers with ${text}, which is no address`)
  const mapped = typeof parsed.value === 'number' && text.includes(':')
  const bits = mapped ? (0xffffn << 32n) | BigInt(parsed.value) : BigInt(parsed.value)
  const length = text.includes(':') ? 16 : 4
  return Buffer.from(bits.toString(16).padStart(length * 2, '0'), 'hex')
}
