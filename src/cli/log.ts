/** The service's own log: JSON lines on standard error, or short lines where a person looks on. */
import { pino } from 'pino'
import type { Log } from '../org/parts.ts'
import type { Terminal } from './terminal.ts'

export function openLog(terminal: Terminal): Log {
  return process.stderr.isTTY ? shortLog(terminal) : jsonLog()
}

function jsonLog(): Log {
  // Synchronous, so that what was said last is there even where the process is killed next.
  const logger = pino({ base: null }, pino.destination({ dest: 2, sync: true }))
  return {
    info: (event, fields) => logger.info({ event, ...fields }),
    warn: (event, fields) => logger.warn({ event, ...fields }),
    error: (event, fields) => logger.error({ event, ...fields }),
  }
}

function shortLog({ err, paintErr }: Terminal): Log {
  const line = (event: string, fields: Readonly<Record<string, unknown>> = {}): string =>
    [event, ...Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`)].join(' ')
  return {
    info: (event, fields) => err(paintErr.dim(line(event, fields))),
    warn: (event, fields) => err(paintErr.yellow(line(event, fields))),
    error: (event, fields) => err(paintErr.red(line(event, fields))),
  }
}
