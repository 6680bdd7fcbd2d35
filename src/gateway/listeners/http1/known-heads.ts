/** Heads of CONNECT that have been read before: a client opens its tunnels to one destination with the same bytes each time, and reading them is a
 *  good part of what a tunnel costs. */
import { readRequestHead, type ReadRequest } from '../../rules/wire/request-head.ts'

/** As `readRequestHead`, whose verdict depends on nothing but the bytes. */
export type ReadHead = (bytes: Buffer) => ReadRequest

/** They hold credentials, as the configuration does, and are forgotten together once there are too many. */
export function openKnownHeads(): ReadHead {
  const known = new Map<string, ReadRequest>()
  return (bytes) => {
    if (bytes.length > longest) return readRequestHead(bytes)
    const text = bytes.toString('latin1')
    const before = known.get(text)
    if (before !== undefined) return before
    const read = readRequestHead(bytes)
    // whole, and with nothing of the tunnel behind it
    if (read.kind === 'head' && read.end === bytes.length && read.head.target.kind === 'connect') {
      if (known.size >= most) known.clear()
      known.set(text, read)
    }
    return read
  }
}

const longest = 1024 // bytes
const most = 1024
