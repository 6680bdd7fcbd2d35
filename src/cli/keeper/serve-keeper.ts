/** A keeper of this process: started, announced, and left to be closed. */
import { startKeeperService, type RunningKeeper } from '../../system.ts'
import { complaintOf, type Listening } from '../complaint-of.ts'
import { wordsToMend, type House } from '../serve.ts'
import type { Terminal } from '../terminal.ts'
import type { KeeperRequest } from './keeper-request.ts'

/** Throws a Complaint where it cannot start. */
export async function serveKeeper(terminal: Terminal, request: KeeperRequest, house: House): Promise<RunningKeeper> {
  const keeper = await start(request, house)
  house.keepFirst(() => keeper.close())
  terminal.out(JSON.stringify({ event: 'listening', service: 'keeper', url: keeper.url }))
  return keeper
}

async function start({ way, ...request }: KeeperRequest, { onFault }: House): Promise<RunningKeeper> {
  try {
    return await startKeeperService({ ...request, proxy: way.proxy, onFault })
  } catch (cause) {
    const { listen } = request.configuration
    throw complaintOf(cause, keeperListening(listen)) ?? wordsToMend(cause, 'The keeper') ?? cause
  }
}

export const keeperListening = (listen: string): Listening => ({
  listen,
  usual: '127.0.0.1:8481',
  tell: (address) => `SALLYPORT_KEEPER_LISTEN=${address}`,
})
