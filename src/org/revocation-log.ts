/** `org-revocations.log`: one JSON line a revocation, outside the store and its backups, so that a restore revives no revoked family (P-08).
 *
 *  A line matters only to a store that is older than it: one that was restored from a backup of before the revocation. So lines go after the time for
 *  which the rows of ended grants are kept, and the first line then says since when the log is whole. A store that is older than that does not start
 *  (`reapply-revocations.ts`): what is forgotten can revive nothing. */
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseOwnJson } from '../values/own-json.ts'
import type { KnownRevocations, Log, Revocation, RevocationLog } from './parts.ts'
import { writePrivateFile } from '../storage/private-file.ts'

export const revocationLogFileName = 'org-revocations.log'

/** What could not be written yet is kept for the next time, up to this many. */
const mostUnwritten = 10_000

/** Appends are queued, so that each line is whole. The store has the revocation already when this is asked, and the token is dead: so a log that
 *  cannot be written is no reason to tell a client anything else. It is logged, and what is missing is written with the next revocation. */
export function openRevocationLog(folder: string, log: Log): RevocationLog {
  const path = join(folder, revocationLogFileName)
  let unwritten: readonly Revocation[] = []
  let last: Promise<void> = Promise.resolve()
  const write = async (): Promise<void> => {
    const batch = unwritten
    if (batch.length === 0) return
    unwritten = []
    try {
      await appendDurably(path, batch)
    } catch (cause) {
      unwritten = [...batch, ...unwritten].slice(-mostUnwritten)
      log.error('revocation-log-not-written', { path, unwritten: unwritten.length, cause: String(cause) })
    }
  }
  const shorten = (before: number): Promise<void> =>
    leaveOut(path, before).catch((cause: unknown) => {
      log.error('revocation-log-not-shortened', { path, cause: String(cause) }) // all of it stays, and the next time comes
    })
  return {
    async append(revocations) {
      unwritten = [...unwritten, ...revocations]
      last = last.then(write)
      await last
    },
    async readAll() {
      await last
      return await read(path)
    },
    async forget(before) {
      last = last.then(() => shorten(before))
      await last
    },
  }
}

/** For a store in memory, of which there is no backup. */
export function forgetfulRevocationLog(): RevocationLog {
  return {
    append: () => Promise.resolve(),
    readAll: () => Promise.resolve({ revocations: [], since: 0 }),
    forget: () => Promise.resolve(),
  }
}

async function appendDurably(path: string, revocations: readonly Revocation[]): Promise<void> {
  const file = await open(path, 'a', 0o600)
  try {
    // the break before it ends a line that a crash or a full disk has cut off
    await file.appendFile(`\n${linesOf(revocations)}`)
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** The new file is whole and durable before it takes the old one's place: a crash leaves the one or the other. */
async function leaveOut(path: string, before: number): Promise<void> {
  const { revocations, since } = await read(path)
  const left = revocations.filter(({ at }) => at >= before)
  if (left.length === revocations.length) return
  await writePrivateFile(path, linesOf([{ since: Math.max(since, before) }, ...left]))
}

const linesOf = (entries: readonly (Revocation | FirstLine)[]): string =>
  entries.map((each) => `${JSON.stringify(each)}\n`).join('')

/** Of a log that was shortened. */
type FirstLine = { readonly since: number }

/** A line that was cut off by a crash is left out: its revocations were written again, or nobody was told of them. */
async function read(path: string): Promise<KnownRevocations> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return ''
    throw cause
  })
  const lines = text
    .split('\n')
    .flatMap((line) => (line.endsWith('}') ? [parseOwnJson<Revocation | FirstLine>(line)] : []))
  return {
    revocations: lines.flatMap((line) => ('since' in line ? [] : [line])),
    since: Math.max(0, ...lines.flatMap((line) => ('since' in line ? [line.since] : []))),
  }
}
