/** Whether the store can grow. A full disk loses nothing (P-04), but it answers every redemption with 503. */
import { statfsSync } from 'node:fs'
import { doubt, failure, fine, type Finding } from './finding.ts'

const megabyte = 1024 * 1024
/** The store's log alone takes 16 MB between two checkpoints, and then the file grows by as much. */
const needed = 32 * megabyte
/** Below this, a night without anyone looking may be enough. */
const comfortable = 256 * megabyte

export function checkRoom(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder)
  return judgeRoom(folder, bavail * bsize)
}

/** `free` is in bytes, as users other than root have them. */
export function judgeRoom(folder: string, free: number): Finding {
  const says = `${Math.floor(free / megabyte)} MB are free for ${folder}`
  if (free < needed) {
    const until = 'Free some space; a running org goes on by itself, and nobody has lost a token.'
    return failure('room', `${says}: redemptions are answered with 503 as soon as it is full`, `df -h ${folder}`, until)
  }
  return free < comfortable ? doubt('room', says, `df -h ${folder}`) : fine('room', says)
}
