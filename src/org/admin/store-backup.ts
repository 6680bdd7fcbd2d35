/** `/store/backup`: a copy of the running store, made by the engine's own backup interface (P-14). */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { fault, ok } from '../../values/result.ts'
import type { JsonSchema } from '../../values/schema.ts'
import { isoText } from '../../values/time.ts'
import { StorageFault } from '../../storage/storage.ts'
import type { OrgParts } from '../parts.ts'
import { addRoute, type Outcome } from './api.ts'

const answers: JsonSchema = {
  type: 'object',
  properties: { path: { type: 'string', description: 'On the machine that the org runs on.' } },
  required: ['path'],
}

export function registerStoreBackup(scope: FastifyInstance, parts: OrgParts): void {
  addRoute(scope, {
    ...{ method: 'POST', url: '/store/backup', tag: 'store', summary: 'Copy the running store into the data folder' },
    answers,
    handle: () => backUp(parts),
  })
}

/** The caller chooses no path: whoever has the admin token may not have this process write where it likes. */
async function backUp({ folder, clock, storage }: OrgParts): Promise<Outcome> {
  if (folder === undefined) {
    const detail = 'The store is in memory, and ends with the process.'
    return fault({ code: 'STORE_NOT_AVAILABLE', detail, next: ['storage: sqlite:./data'] })
  }
  const path = join(folder, 'backups', `org-${isoText(clock()).replaceAll(':', '-')}.db`)
  await mkdir(join(folder, 'backups'), { recursive: true, mode: 0o700 })
  try {
    await storage.backup(path)
  } catch (cause) {
    if (!(cause instanceof StorageFault)) throw cause
    return fault({ code: 'STORE_NOT_AVAILABLE', detail: cause.message, next: cause.next })
  }
  return ok({ status: 200, body: { path } })
}
