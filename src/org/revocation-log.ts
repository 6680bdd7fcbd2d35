/** `org-revocations.log`: one JSON line a revocation, outside the store and its backups, so that a restore revives no revoked family (P-08). */
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Revocation, RevocationLog } from './parts.ts'

export const revocationLogFileName = 'org-revocations.log'

/** Appends from one process are queued, so that each line is whole; durable when `append` resolves. */
export function openRevocationLog(folder: string): RevocationLog {
  const path = join(folder, revocationLogFileName)
  let last: Promise<void> = Promise.resolve()
  return {
    append(revocations) {
      if (revocations.length === 0) return Promise.resolve()
      const next = last.then(() => appendDurably(path, revocations))
      last = next.catch(() => undefined) // the caller of the failed append is told; the next one starts afresh
      return next
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
    await file.appendFile(revocations.map((each) => `${JSON.stringify(each)}\n`).join(''))
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** A last line without its end was cut off by a crash before anyone was told; it is left out. */
async function readLines(path: string): Promise<readonly Revocation[]> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return ''
    throw cause
  })
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole.split('\n').flatMap((line): Revocation[] => (line === '' ? [] : [JSON.parse(line)]))
}
