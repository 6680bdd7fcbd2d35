/** What the echoing subjects announce, and the one option that they take: `--bytes N`, the length of a reply. */
import { parseArgs } from 'node:util'
import type { Target } from '../load/job.ts'
import { echoToken } from './reply.ts'

export function echoBytes(): number {
  const { values } = parseArgs({ options: { bytes: { type: 'string', default: '900' } } })
  return Number(values.bytes)
}

export function echoTarget(port: number): Target {
  return {
    url: `http://127.0.0.1:${port}`,
    path: '/services/oauth2/token',
    form: {
      grant_type: 'refresh_token',
      client_id: '3MVG9bench',
      client_secret: 'bench-secret-of-forty-characters-0000000',
    },
    refreshTokens: Array.from({ length: 256 }, (_, n) => echoToken(-n - 1)),
    pid: process.pid,
  }
}
