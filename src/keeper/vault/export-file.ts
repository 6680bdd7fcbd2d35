/** Lines of text into a sealed file, and out of it again. */
import { open, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../../storage/private-file.ts'
import { KeeperError } from '../keeper-error.ts'
import { keyOfNote, type FileKey, type MadeKey, type Opener } from './file-key.ts'
import { chunkBytes, headOf, mostSealed, openChunk, readHead, sealChunk } from './sealed-file.ts'

/** Durable when it resolves. Rejects where there is something at that path, and where anything fails; then there is no file. */
export async function writeExportFile(
  path: string,
  { note, key }: MadeKey,
  lines: AsyncIterable<string>,
): Promise<void> {
  const file = await openNew(path)
  try {
    const head = headOf(note, key)
    await file.writeFile(head)
    for await (const chunk of chunksOf(lines)) {
      await file.writeFile(sealChunk(chunk.plain, chunk, { key, head }))
      chunk.plain.fill(0)
    }
    await file.sync()
    await file.close()
    await syncFolder(dirname(path))
  } catch (cause) {
    await file.close().catch(() => undefined)
    await rm(path, { force: true })
    throw cause
  } finally {
    erase(key)
  }
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (cause) {
    const there = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    const why = there ? 'is there already' : `cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`
    throw new KeeperError('EXPORT_REFUSED', `${path} ${why}.`, { next: ['Name a file that is not there yet.'] })
  }
}

/** One chunk is held back, for only the last one is marked as such. */
async function* chunksOf(
  lines: AsyncIterable<string>,
): AsyncGenerator<{ readonly plain: Uint8Array; readonly number: number; readonly last: boolean }> {
  let waiting = Buffer.alloc(0)
  let number = 0
  for await (const line of lines) {
    const added = Buffer.from(`${line}\n`, 'utf8')
    const before = waiting
    waiting = Buffer.concat([before, added])
    before.fill(0)
    added.fill(0)
    for (; waiting.length > chunkBytes; number += 1) {
      const plain = Buffer.from(waiting.subarray(0, chunkBytes))
      const rest = Buffer.from(waiting.subarray(chunkBytes))
      waiting.fill(0)
      waiting = rest
      yield { plain, number, last: false }
    }
  }
  yield { plain: waiting, number, last: true }
}

export type OpenedExport = {
  /** From its beginning, each time that it is called. Rejects with a KeeperError IMPORT_REFUSED at the first chunk that is not as it was written. */
  readonly lines: () => AsyncGenerator<string>
  readonly close: () => Promise<void>
}

/** The head is proved: it is this passphrase or key. */
export async function openExportFile(path: string, opener: Opener): Promise<OpenedExport> {
  const file = await openThere(path)
  try {
    const start = Buffer.alloc(4096)
    const { bytesRead } = await file.read(start, 0, start.length, 0)
    const head = readHead(start.subarray(0, bytesRead))
    if (!head.ok) throw refused(`${path} ${head.fault}.`, 'Name a file that `keeper export` has written.')
    const key = await keyOfNote(head.value.note, opener)
    if (!key.ok) throw refused(key.fault, 'Give what it was sealed with or for.')
    if (!head.value.isProved(key.value)) {
      erase(key.value)
      const wrong = 'passphrase' in opener ? 'The passphrase is another one' : 'The key is another one'
      throw refused(
        `${wrong}, or the head of ${path} was altered. Nothing was changed.`,
        'Try another passphrase, or another copy of the file.',
      )
    }
    const proved = { file, path, key: key.value, head: start.subarray(0, head.value.bytes) }
    return {
      lines: () => linesOf(proved),
      async close() {
        erase(key.value)
        await file.close()
      },
    }
  } catch (cause) {
    await file.close()
    throw cause
  }
}

async function openThere(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (cause) {
    throw refused(
      `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      'Name the file.',
    )
  }
}

type Proved = { readonly file: FileHandle; readonly path: string; readonly key: FileKey; readonly head: Uint8Array }

async function* linesOf(proved: Proved): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  for await (const plain of plainOf(proved)) {
    rest = Buffer.concat([rest, plain])
    plain.fill(0)
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      yield rest.subarray(0, end).toString('utf8')
      rest = rest.subarray(end + 1)
    }
  }
  if (rest.length > 0) throw refused(`${proved.path} ends within a line.`, anotherCopy)
}

const anotherCopy = 'Take another copy of it, or export once more. Nothing was changed.'

async function* plainOf({ file, path, key, head }: Proved): AsyncGenerator<Uint8Array> {
  let at = head.length
  const read = async (length: number): Promise<Buffer> => {
    const bytes = Buffer.alloc(length)
    const { bytesRead } = await file.read(bytes, 0, length, at)
    at += bytesRead
    return bytes.subarray(0, bytesRead)
  }
  const short = (): KeeperError => refused(`${path} is cut short: its end is missing after ${at} bytes.`, anotherCopy)
  for (let number = 0; ; number += 1) {
    const begun = at
    const length = await read(4)
    if (length.length < 4) throw short()
    const wanted = length.readUInt32BE()
    const damaged = (): KeeperError => refused(`${path} is damaged at byte ${begun}.`, anotherCopy)
    if (wanted > mostSealed) throw damaged()
    const sealed = await read(wanted)
    if (sealed.length < wanted) throw short()
    const inside = openChunk(sealed, { number, last: false }, { key, head })
    if (inside !== undefined) {
      yield inside
      continue
    }
    const end = openChunk(sealed, { number, last: true }, { key, head })
    if (end === undefined) throw damaged()
    if ((await read(1)).length > 0) throw refused(`${path} goes on behind its end.`, anotherCopy)
    yield end
    return
  }
}

const refused = (means: string, next: string): KeeperError => new KeeperError('IMPORT_REFUSED', means, { next: [next] })

function erase({ seal, head }: FileKey): void {
  seal.fill(0)
  head.fill(0)
}
