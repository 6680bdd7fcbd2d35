/** Disks that fill up under a running org and get room again. */
import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export type Running = { readonly pid: number; readonly cwd: string }

export type Disk = {
  readonly name: string
  /** Words before the program, so that its working directory is on this disk. */
  readonly within: (cwd: string) => readonly string[]
  /** Words before a program that shall see what a running one sees. */
  readonly beside: (running: Running) => readonly string[]
  /** That working directory as it is seen from here. */
  readonly folder: (running: Running) => string
  readonly fillUp: (running: Running) => void
  readonly makeRoom: (running: Running) => void
}

/** The system refuses to let any file of the process grow: EFBIG, where a full disk says ENOSPC. Needs no rights. */
const fileSizeLimit: Disk = {
  name: 'no file may grow',
  within: () => [],
  beside: () => [],
  folder: ({ cwd }) => cwd,
  fillUp: ({ pid, cwd }) => limit(pid, `--fsize=${statSync(join(cwd, 'data/org.db-wal')).size}:`),
  makeRoom: ({ pid }) => limit(pid, '--fsize=unlimited:'),
}

/** Soft limits of a running process; `NAME=SOFT:` leaves the hard one, so that the soft one can be raised again. */
export function limit(pid: number, ...limits: readonly string[]): void {
  execFileSync('prlimit', ['--pid', String(pid), ...limits]) // of util-linux, as is every Linux machine's mount
}

const megabytes = 64
const filler = 'filler'

/** A file system of its own that is really full, in a mount namespace that ends with the process. */
const smallFileSystem: Disk = {
  name: 'a small file system is full',
  within: (cwd) => mounting(cwd),
  beside: ({ pid, cwd }) => [
    ...['nsenter', '--target', String(pid), '--user', '--mount', '--preserve-credentials'],
    ...['sh', '-c', 'cd "$0" && exec "$@"', cwd],
  ],
  folder: ({ pid, cwd }) => `/proc/${pid}/root${cwd}`,
  fillUp: (running) => writeUntilFull(join(smallFileSystem.folder(running), filler)),
  makeRoom: (running) => rmSync(join(smallFileSystem.folder(running), filler)),
}

const mounting = (folder: string): readonly [string, ...string[]] => [
  'unshare',
  ...['--user', '--map-root-user', '--mount', 'sh', '-c'],
  ...[`mount -t tmpfs -o size=${megabytes}m none "$0" && cd "$0" && exec "$@"`, folder],
]

/** Never more than that disk can hold, wherever the path should lead. */
function writeUntilFull(path: string): void {
  const file = openSync(path, 'wx')
  const block = new Uint8Array(4096)
  try {
    for (let written = 0; written <= megabytes * 1024 * 1024; written += block.length) writeSync(file, block)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC') return
    throw cause
  } finally {
    closeSync(file)
  }
  rmSync(path)
  throw new Error(`${path} is not on a disk of ${megabytes} MB`)
}

/** Where a user may mount nothing (containers, mostly), a full file system cannot be had, and the output says so. */
export function disks(folder: string): readonly [Disk, Disk?] {
  const [program, ...words] = [...mounting(folder), 'true']
  if (spawnSync(program, words).status === 0) return [fileSizeLimit, smallFileSystem]
  console.log('No file system can be mounted here: a full disk is played by a limit on the size of files alone.')
  return [fileSizeLimit]
}
