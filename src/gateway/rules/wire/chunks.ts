/** Chunked bodies, checked while they pass through (RFC 9112 section 7.1): what is handed on is well-formed up to its last byte, or broken off. */
import { readFields } from './head-lines.ts'

/** Of one body; written by `readChunks` alone. */
export type ChunkReader = {
  phase: 'size' | 'data' | 'data-end' | 'trailer' | 'ended'
  /** Bytes of the current chunk that are still to come. */
  left: number
  /** What has come of a line that is not whole yet. */
  line: string
}

export type ChunkStep =
  /** Of the piece: `passed` bytes may go on; after the end the empty line of a body without trailers has to follow them. `read` bytes belonged to
   *  the body: what is behind them is the next message. Trailers are read and dropped. */
  | { readonly kind: 'piece'; readonly passed: number; readonly read: number; readonly ended: boolean }
  | { readonly kind: 'fault'; readonly why: string }

export const chunkReader = (): ChunkReader => ({ phase: 'size', left: 0, line: '' })

/** What stands behind the last chunk line in place of the trailers. */
export const noTrailers = '\r\n'

/** `data`, if given, collects the bytes of the body itself, for a reader who does not know chunks (HTTP/1.0). */
export function readChunks(reader: ChunkReader, piece: Buffer, data?: Buffer[]): ChunkStep {
  let at = 0
  while (at < piece.length && reader.phase !== 'trailer') {
    if (reader.phase === 'data') {
      at = readData(reader, { piece, at, data })
      continue
    }
    const end = piece.indexOf(10, at)
    const until = end < 0 ? piece.length : end + 1
    reader.line += piece.toString('latin1', at, until)
    if (reader.line.length > longestLine) return broken('the line of a chunk is too long')
    if (reader.phase === 'data-end' && !lineEnd.startsWith(reader.line)) return broken(tooMuchData)
    at = until
    if (end < 0) break
    const why = readLine(reader)
    if (why !== undefined) return broken(why)
  }
  return reader.phase === 'trailer' ? readTrailers(reader, piece, at) : passing(at)
}

function readData(reader: ChunkReader, from: { piece: Buffer; at: number; data: Buffer[] | undefined }): number {
  const { piece, at, data } = from
  const until = Math.min(piece.length, at + reader.left)
  data?.push(piece.subarray(at, until))
  reader.left -= until - at
  if (reader.left === 0) reader.phase = 'data-end'
  return until
}

/** A whole line: of a size, or the end of the data. Undefined if it is as it should be. */
function readLine(reader: ChunkReader): string | undefined {
  const { line } = reader
  reader.line = ''
  if (reader.phase === 'data-end') {
    reader.phase = 'size'
    return undefined
  }
  const digits = sizeLine.exec(line)?.[1]
  if (digits === undefined) return 'the line of a chunk is not its size in hexadecimal digits'
  reader.left = Number.parseInt(digits, 16)
  reader.phase = reader.left === 0 ? 'trailer' : 'data'
  return undefined
}

/** The trailers are held back until they are whole; they are few. */
function readTrailers(reader: ChunkReader, piece: Buffer, at: number): ChunkStep {
  const held = reader.line.length
  reader.line += piece.toString('latin1', at, Math.min(piece.length, at + longestTrailers + 1))
  const fields = readFields(reader.line, 0, mostTrailers)
  const tooLong = fields.kind === 'more' && reader.line.length > longestTrailers
  if (fields.kind === 'fault' || tooLong) return broken('the trailers of the body are malformed')
  if (fields.kind === 'more') return { kind: 'piece', passed: at, read: piece.length, ended: false }
  reader.phase = 'ended'
  reader.line = ''
  return { kind: 'piece', passed: at, read: at + fields.end - held, ended: true }
}

// 13 digits stay below 2^53; extensions mean nothing to anyone and pass, but no control character that another reader could take for an end
// oxlint-disable-next-line eslint/no-control-regex
const sizeLine = /^([0-9A-Fa-f]{1,13})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?\r\n$/
const lineEnd = '\r\n'
const tooMuchData = 'the data of a chunk is longer than its size says'
const longestLine = 512
const longestTrailers = 8192
const mostTrailers = 64
const passing = (at: number): ChunkStep => ({ kind: 'piece', passed: at, read: at, ended: false })
const broken = (why: string): ChunkStep => ({ kind: 'fault', why })
