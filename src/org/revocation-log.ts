/** `org-revocations.log`: one JSON line a revocation, outside the store and its backups, so that a restore revives no revoked family (P-08). */
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseOwnJson } from '../values/own-json.ts'
import type { Log, Revocation, RevocationLog } from './parts.ts'

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
  return {
    async append(revocations) {
      unwritten = [...unwritten, ...revocations]
      last = last.then(write)
      await last
    },
    async readAll() {
      await last
      return await readLines(path)
    },
  }
}

/** For a store in memory, of which there is no backup. */
export function forgetfulRevocationLog(): RevocationLog {
  return { append: () => Promise.resolve(), readAll: () => Promise.resolve([]) }
}

async function appendDurably(path: string, revocations: readonly Revocation[]): Promise<void> {
  const file = await open(path, 'a', 0o600)
  try {
    // the break before it ends a line that a crash or a full disk has cut off
    await file.appendFile(`\n${revocations.map((each) => `${JSON.stringify(each)}\n`).join('')}`)
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** A line that was cut off by a crash is left out: its revocations were written again, or nobody was told of them. */
async function readLines(path: string): Promise<readonly Revocation[]> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return ''
    throw cause
  })
  return text.split('\n').flatMap((line) => (line.endsWith('}') ? [parseOwnJson<Revocation>(line)] : []))
}
