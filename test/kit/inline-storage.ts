/** A store that writes in the thread of its caller. The thread of its own that it has otherwise costs half of what opening a keeper does, and what
 *  goes through it is proven where storage is, and by the processes that tests kill. */
import { openStorage } from '../../src/storage/open.ts'

export const openInlineStorage: typeof openStorage = async (options) =>
  await openStorage({ ...options, writer: 'inline' })
