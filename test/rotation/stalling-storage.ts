/** The real storage, with a way to keep its writer thread busy. */
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { OrgEnvironment } from '../../src/org/org.ts'
import { writes } from './stalling-writes.ts'

/** Resolves when the writer is free again. */
export type Stall = (milliseconds: number) => Promise<void>

export function openStallingStorage(): { readonly openStorage: OrgEnvironment['openStorage']; readonly stall: Stall } {
  let opened: Storage<typeof writes> | undefined
  return {
    async openStorage(options) {
      const writesModule = new URL('./stalling-writes.ts', import.meta.url)
      opened = await openStorage({ ...options, writes, writesModule })
      return opened
    },
    async stall(milliseconds) {
      if (opened === undefined) throw new Error('the storage is not open yet')
      await opened.write('stall', { milliseconds })
    },
  }
}
