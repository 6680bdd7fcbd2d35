/** Hands the body of a message on, from what has come to whoever takes it, and knows where it ends. */
import type { Duplex } from 'node:stream'
import type { BodyLength } from '../../rules/wire/body-length.ts'
import { chunkReader, noTrailers, readChunks, type ChunkReader } from '../../rules/wire/chunks.ts'

export type BodyFlow = {
  readonly kind: BodyLength['kind']
  /** Of `length`: bytes still to come. */
  left: number
  readonly reader: ChunkReader | undefined
  /** Whether whoever takes it knows chunks. */
  readonly chunksPass: boolean
  done: boolean
}

export type Passed =
  /** `read` bytes belonged to the body; `flowing` is false when the taker is to be waited for. */
  | { readonly kind: 'passed'; readonly read: number; readonly flowing: boolean }
  /** `why` is a phrase. */
  | { readonly kind: 'fault'; readonly why: string }

export function openFlow(body: BodyLength, { chunksPass }: { chunksPass: boolean }): BodyFlow {
  return {
    kind: body.kind,
    left: body.kind === 'length' ? body.length : 0,
    reader: body.kind === 'chunked' ? chunkReader() : undefined,
    chunksPass,
    done: body.kind === 'none' || (body.kind === 'length' && body.length === 0),
  }
}

export function passBody(flow: BodyFlow, piece: Buffer, to: Duplex): Passed {
  if (flow.done || piece.length === 0) return { kind: 'passed', read: 0, flowing: true }
  if (flow.reader !== undefined) return passChunks(flow, flow.reader, { piece, to })
  const read = flow.kind === 'length' ? Math.min(flow.left, piece.length) : piece.length
  flow.left -= read
  flow.done = flow.kind === 'length' && flow.left === 0
  return { kind: 'passed', read, flowing: to.write(read === piece.length ? piece : piece.subarray(0, read)) }
}

function passChunks(flow: BodyFlow, reader: ChunkReader, { piece, to }: { piece: Buffer; to: Duplex }): Passed {
  const data: Buffer[] | undefined = flow.chunksPass ? undefined : []
  const step = readChunks(reader, piece, data)
  if (step.kind === 'fault') return step
  flow.done = step.ended
  to.cork()
  for (const each of data ?? [piece.subarray(0, step.passed)]) if (each.length > 0) to.write(each)
  if (step.ended && flow.chunksPass) to.write(noTrailers, 'latin1')
  to.uncork()
  return { kind: 'passed', read: step.read, flowing: !to.writableNeedDrain }
}
