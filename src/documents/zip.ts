/** Zip files as the Metadata API carries them: a handful of small files, packed by deflate or not at all. Written by hand since a library of that size
 *  brings more than is needed; what a hostile file can do is refused before anything is unpacked (sizes, paths, encryption). */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import { fault, ok, type Result } from '../values/result.ts'

export type ZipFile = { readonly path: string; readonly content: Buffer }

/** Of all files together when unpacked, and how many there may be. */
export type ZipLimits = { readonly bytes: number; readonly files: number }

const signature = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 } as const
const size = { local: 30, central: 46, end: 22 } as const
const method = { stored: 0, deflated: 8 } as const
const longestComment = 65_535

type Entry = {
  readonly path: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly unpacked: number
  readonly offset: number
}

/** The files without the folders, in the order of the directory; the fault is one sentence. */
export function readZip(bytes: Buffer, limits: ZipLimits): Result<readonly ZipFile[], string> {
  try {
    return unpack(bytes, limits)
  } catch (cause) {
    if (cause instanceof RangeError) return fault('it is cut off, or holds more than it says') // reads behind the end, output past the limit
    if (cause instanceof Error && 'code' in cause) return fault(`it cannot be unpacked (${String(cause.code)})`)
    throw cause
  }
}

function unpack(bytes: Buffer, limits: ZipLimits): Result<readonly ZipFile[], string> {
  const end = findEnd(bytes)
  if (end === undefined) return fault('it is no zip file')
  const count = bytes.readUInt16LE(end + 10)
  if (count > limits.files) return fault(`it holds ${count} files, and ${limits.files} are the most`)
  const files: ZipFile[] = []
  let at = bytes.readUInt32LE(end + 16)
  let left = limits.bytes
  for (let i = 0; i < count; i += 1) {
    if (bytes.readUInt32LE(at) !== signature.central) return fault('its directory cannot be read')
    const { entry, next } = entryAt(bytes, at)
    const wrong = entryFault(entry, files, left)
    if (wrong !== undefined) return fault(wrong)
    if (!entry.path.endsWith('/')) {
      const content = contentOf(bytes, entry)
      if (content.length !== entry.unpacked || crc32(content) !== entry.crc) return fault(`${entry.path} is damaged`)
      left -= content.length
      files.push({ path: entry.path, content })
    }
    at = next
  }
  return ok(files)
}

function findEnd(bytes: Buffer): number | undefined {
  const first = Math.max(0, bytes.length - size.end - longestComment)
  for (let at = bytes.length - size.end; at >= first; at -= 1) if (bytes.readUInt32LE(at) === signature.end) return at
  return undefined
}

function entryAt(bytes: Buffer, at: number): { readonly entry: Entry; readonly next: number } {
  const [name, extra, comment] = [28, 30, 32].map((each) => bytes.readUInt16LE(at + each))
  const start = at + size.central
  const entry = {
    path: bytes.toString('utf8', start, start + (name ?? 0)),
    flags: bytes.readUInt16LE(at + 8),
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    unpacked: bytes.readUInt32LE(at + 24),
    offset: bytes.readUInt32LE(at + 42),
  }
  return { entry, next: start + (name ?? 0) + (extra ?? 0) + (comment ?? 0) }
}

function entryFault(
  { path, flags, method: by, unpacked }: Entry,
  files: readonly ZipFile[],
  left: number,
): string | undefined {
  if (!isSafePath(path)) return 'it holds a path that leads out of it'
  if (files.some((each) => each.path === path)) return `it holds ${path} twice`
  if ((flags & 1) !== 0) return `${path} is encrypted`
  if (by !== method.stored && by !== method.deflated) return `${path} is packed in a way that is not read`
  return unpacked > left ? 'it is larger than may be when unpacked' : undefined
}

/** Relative, downwards, and of visible characters. */
function isSafePath(path: string): boolean {
  if (!/^[\x20-\x7e]{1,512}$/.test(path) || path.includes('\\') || path.includes(':')) return false
  const segments = path.replace(/\/$/, '').split('/')
  return segments.every((each) => each !== '' && each !== '.' && each !== '..')
}

function contentOf(bytes: Buffer, { offset, packed, unpacked, method: by }: Entry): Buffer {
  if (bytes.readUInt32LE(offset) !== signature.local) throw new RangeError('no file where the directory has one')
  const start = offset + size.local + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
  if (start + packed > bytes.length) throw new RangeError('a file ends behind the end')
  const content = bytes.subarray(start, start + packed)
  return by === method.stored ? content : inflateRawSync(content, { maxOutputLength: Math.max(1, unpacked) })
}

/** The same bytes for the same files: all are from the first of January 1980. */
export function writeZip(files: readonly ZipFile[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { path, content } of files) {
    const name = Buffer.from(path, 'utf8')
    const packed = deflateRawSync(content)
    const common = Buffer.alloc(26) // what both headers have, from the version on
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x0800, 2) // names are UTF-8
    common.writeUInt16LE(method.deflated, 4)
    common.writeUInt16LE(0x21, 8)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([word(signature.local), common, name, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([word(signature.central), Buffer.from([20, 0]), common, tail, name]))
    bodies.push(local)
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(size.end)
  end.writeUInt32LE(signature.end, 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...bodies, listed, end])
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value, 0)
  return bytes
}
