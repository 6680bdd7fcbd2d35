/** The service's own log: JSON lines on standard error, or short lines where a person looks on. */
import { pino } from 'pino'
import type { Log } from '../org/parts.ts'
import type { Terminal } from './terminal.ts'

export function openLog(terminal: Terminal): Log {
  return process.stderr.isTTY ? shortLog(terminal) : jsonLog()
}

function jsonLog(): Log {
  const destination = pino.destination({ dest: 2, sync: true, minLength: together })
  const logger = pino({ base: null }, destination)
  const flush = (): void => destination.flush() // flushSync waits for the disk as well, and everything with it
  let waiting: NodeJS.Timeout | undefined
  const flushSoon = (): void => {
    waiting ??= setTimeout(() => {
      waiting = undefined
      flush()
    }, soon).unref()
  }
  process.on('exit', () => destination.flushSync())
  return {
    info(event, fields) {
      logger.info({ event, ...fields })
      flushSoon()
    },
    warn(event, fields) {
      logger.warn({ event, ...fields })
      flush()
    },
    error(event, fields) {
      logger.error({ event, ...fields })
      flush()
    },
  }
}

/** A record of its own write for each tunnel would cost as much as the rest of the record: they are written together, a moment later. What warns
 *  is written at once, with what came before it, so that it is there even where the process is killed next. */
const together = 8192 // bytes
const soon = 50 // ms

function shortLog({ err, paintErr }: Terminal): Log {
  const line = (event: string, fields: Readonly<Record<string, unknown>> = {}): string =>
    [event, ...Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`)].join(' ')
  return {
    info: (event, fields) => err(paintErr.dim(line(event, fields))),
    warn: (event, fields) => err(paintErr.yellow(line(event, fields))),
    error: (event, fields) => err(paintErr.red(line(event, fields))),
  }
}
