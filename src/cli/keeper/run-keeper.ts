/** `sallyport keeper`: starts the keeper and says on standard error what it found. */
import { openLog } from '../log.ts'
import { serve } from '../serve.ts'
import { loadSettings } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { keeperRequest, type KeeperFlags } from './keeper-request.ts'
import { serveKeeper } from './serve-keeper.ts'
import { keeperStartLines } from './start-lines.ts'

export async function runKeeper(terminal: Terminal, flags: KeeperFlags): Promise<void> {
  const request = keeperRequest(loadSettings(terminal, flags.config), flags, openLog(terminal))
  await serve(terminal, async (house) => {
    const keeper = await serveKeeper(terminal, request, house)
    for (const line of keeperStartLines(request, keeper)) terminal.err(line)
  })
}
