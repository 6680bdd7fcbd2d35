/** The real storage, with a way to keep its writer thread busy. */
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { OrgEnvironment } from '../../src/org/org.ts'
import { writes } from './stalling-writes.ts'

/** The writer is busy until it is let go; resolves when it is free again. */
export type Stall = () => () => Promise<void>

export function openStallingStorage(): { readonly openStorage: OrgEnvironment['openStorage']; readonly stall: Stall } {
  let opened: Storage<typeof writes> | undefined
  return {
    async openStorage(options) {
      const writesModule = new URL('./stalling-writes.ts', import.meta.url)
      opened = await openStorage({ ...options, writes, writesModule })
      return opened
    },
    stall() {
      if (opened === undefined) throw new Error('the storage is not open yet')
      const cells = new Int32Array(new SharedArrayBuffer(4))
      const stalled = opened.write('stall', cells)
      return async () => {
        Atomics.store(cells, 0, 1)
        Atomics.notify(cells, 0)
        await stalled
      }
    },
  }
}
