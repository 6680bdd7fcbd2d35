/** One file of the spool: made whole before it is needed, so that what comes later needs no more room on the disk. */
import { open, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../../storage/private-file.ts'
import { frameBytes, isSameExchange, parseFrame, replyAt, type Exchange, type Frame } from './spool-frame.ts'

export type SpoolFile = {
  readonly path: string
  /** Says on the disk whom the file is for; rejects where the disk takes no write. */
  readonly reserve: (exchange: Exchange) => Promise<void>
  /** On the disk when it resolves. May be called again after it has rejected. */
  readonly keep: (exchange: Exchange, body: Uint8Array) => Promise<void>
  readonly free: () => Promise<void>
  /** False where somebody has deleted it: what is written then is gone with the process. */
  readonly isThere: () => Promise<boolean>
  readonly close: () => Promise<void>
  readonly remove: () => Promise<void>
}

export const suffix = '.slot'

/** Writes `bytes` zeros and not a hole: a file with holes is short of room when it is too late. */
export async function makeSpoolFile(path: string, bytes: number): Promise<SpoolFile> {
  const file = await open(path, 'wx+', 0o600)
  try {
    await writeAll(file, new Uint8Array(bytes), 0)
    await file.sync()
    await syncFolder(dirname(path))
    return spoolFile(path, file)
  } catch (cause) {
    await file.close()
    await rm(path, { force: true })
    throw cause
  }
}

function spoolFile(path: string, file: FileHandle): SpoolFile {
  const write = async (frame: Frame, at: number): Promise<void> => {
    await writeAll(file, frameBytes(frame), at)
    await file.datasync()
  }
  const remove = async (): Promise<void> => {
    await file.close()
    await rm(path, { force: true })
  }
  return {
    path,
    reserve: (exchange) => write({ kind: 'reserved', exchange, body: nothing }, 0),
    keep: (exchange, body) => write({ kind: 'reply', exchange, body }, replyAt),
    free: () => write({ kind: 'free', exchange: nobody, body: nothing }, 0),
    isThere: async () => (await file.stat()).nlink > 0,
    close: () => file.close(),
    remove,
  }
}

const nothing = new Uint8Array()
const nobody: Exchange = { key: { tenant: '', id: '' }, generation: 0, attempt: 0 }

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}

export type Content =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'reply'; readonly exchange: Exchange; readonly sealed: Uint8Array }
  | { readonly kind: 'torn'; readonly exchange?: Exchange }

/** What the bytes of a file say that its process has left. A reply of another exchange than the one that the file was last reserved for is an old one: it was
 *  stored before its file was freed. */
export function contentOf(bytes: Buffer): Content {
  const [first, second] = [parseFrame(bytes), parseFrame(bytes.subarray(replyAt))]
  const reserved = isFrame(first) ? first : undefined
  if (reserved?.kind === 'free') return { kind: 'nothing' }
  if (isFrame(second)) {
    if (reserved !== undefined && !isSameExchange(reserved.exchange, second.exchange)) return { kind: 'nothing' }
    return { kind: 'reply', exchange: second.exchange, sealed: second.body }
  }
  if (second === 'nothing' && first !== 'torn') return { kind: 'nothing' }
  return { kind: 'torn', ...(reserved === undefined ? {} : { exchange: reserved.exchange }) }
}

const isFrame = (parsed: ReturnType<typeof parseFrame>): parsed is Frame => typeof parsed === 'object'
