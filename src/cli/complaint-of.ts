/** What an expected fault of the parts below means to the person at the terminal. What is not named here is unexpected. */
import { KeeperError } from '../keeper/keeper-error.ts'
import { StorageFault } from '../storage/storage.ts'
import { complaint, Complaint } from './complaint.ts'

/** What a command tried to listen on, and how it is told to listen elsewhere. */
export type Listening = {
  /** The setting. */
  readonly listen: string
  /** An address that is free on most machines. */
  readonly usual: string
  readonly tell: (listen: string) => string
}

/** Undefined for a fault that nobody foresaw. */
export function complaintOf(cause: unknown, listening?: Listening): Complaint | undefined {
  if (cause instanceof Complaint) return cause
  if (cause instanceof StorageFault || cause instanceof KeeperError) return complaint(cause.message, ...cause.next)
  return systemComplaint(cause, listening)
}

function systemComplaint(cause: unknown, listening: Listening | undefined): Complaint | undefined {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return undefined
  const path = 'path' in cause && typeof cause.path === 'string' ? cause.path : undefined
  if (listening !== undefined && path === undefined) {
    const found = listenComplaint(cause.code, listening)
    if (found !== undefined) return found
  }
  return path === undefined ? undefined : fileComplaint(cause.code, path)
}

function listenComplaint(code: string, { listen, usual, tell }: Listening): Complaint | undefined {
  const port = listen.slice(listen.lastIndexOf(':') + 1)
  switch (code) {
    case 'EADDRINUSE':
      return complaint(
        `Another program listens on ${listen}.`,
        `ss -ltnp 'sport = :${port}'`,
        `Stop that program, or take a free port: ${tell('127.0.0.1:0')}`,
      )
    case 'EACCES':
      return complaint(`This user may not listen on ${listen}.`, `Take a port above 1023: ${tell(usual)}`)
    case 'EADDRNOTAVAIL':
      return complaint(
        `${listen} is no address of this machine.`,
        'ip address show',
        `Listen on an address that it has: ${tell(usual)}`,
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return complaint(`The host of ${listen} is not known.`, `Give an address: ${tell(usual)}`)
    default:
      return undefined
  }
}

function fileComplaint(code: string, path: string): Complaint | undefined {
  switch (code) {
    case 'ENOENT':
      return complaint(`${path} does not exist.`, `ls -ld ${path}`)
    case 'EACCES':
    case 'EPERM':
      return complaint(`This user may not use ${path}.`, `ls -ld ${path}`, 'Start as the user that owns it.')
    case 'EROFS':
      return complaint(`${path} is on a file system that cannot be written.`, `df -h ${path}`)
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return complaint(`There is no room left for ${path}.`, `df -h ${path}`, 'Free some space, then start again.')
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
      return complaint(
        `${path} is ${code === 'EISDIR' ? 'a folder where a file belongs' : 'no folder'}.`,
        `ls -ld ${path}`,
      )
    default:
      return undefined
  }
}
