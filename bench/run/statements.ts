/** The statements of one rotation, taken from the org's own store program: what the raw loop runs is what the org runs. */
import { packRedemption, redeem, type RedeemPlan } from '../../src/org/store/redeem.ts'
import type { Statement } from '../../src/storage/program.ts'

export type Rotation = {
  readonly grant: string
  /** The current one; the rotation makes the next. */
  readonly generation: number
  /** Milliseconds. */
  readonly at: number
  /** Unique and rising. */
  readonly historyId: number
  readonly hash: string
}

/** In order, as the program yields them when its compare-and-set succeeds. */
export function rotationStatements(rotation: Rotation): readonly Statement[] {
  const program = redeem(packRedemption(plan(rotation)))
  const statements: Statement[] = []
  for (let step = program.next(); step.done !== true; step = program.next(1)) statements.push(step.value)
  return statements
}

function plan({ grant, generation, at, historyId, hash }: Rotation): RedeemPlan {
  const history = {
    ...{ id: historyId, at, loginType: 'Remote Access 2.0', subType: 'refresh_token', app: 'Bench', grantId: grant },
    ...{ userId: '005000000000001AAA', sourceIp: '127.0.0.1', forwardedFor: null, userAgent: null, trace },
  }
  return {
    grant,
    app: 'Bench',
    expects: { sequence: generation, generation, settingsVersion: 1 },
    sets: {
      ...{
        sequence: generation + 1,
        generation: generation + 1,
        tokenHash: hash,
        oldestKey: 1,
        epoch: 1,
        lastUsedAt: at,
      },
      ...{ parentOpenSince: null, sealedSuccessor: null, addresses: '["127.0.0.1"]' },
    },
    alerts: [],
    won: { ...history, status: 'Success', decision: 'ALLOWED' },
    lost: { ...history, status: 'Failed', decision: 'TOKEN_IN_FLIGHT' },
  }
}

// as long as the lines that six policies leave behind
const trace = JSON.stringify(
  ['ip-allowlist', 'rotation', 'idle-limit', 'token-policy', 'secret-required', 'permitted-users'].map((policy) => ({
    policy: `refresh-token-${policy}`,
    vote: 'allow',
    saw: { from: '127.0.0.1' },
  })),
)
