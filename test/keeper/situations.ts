/** What a process that is killed may find when it begins: together they lead through every step of an exchange. */
import type { InjectionPlan } from '../../src/storage/injection.ts'
import { secret } from '../../src/values/secret.ts'
import { aLease, exchangeInChild, settled, type Battlefield } from './battlefield.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

export type Situation = {
  readonly name: string
  /** The connection is there, and nothing has been asked of it. */
  readonly prepare: (field: Battlefield, id: string) => Promise<unknown>
  /** By how much the clocks of the process are ahead of those at the beginning. */
  readonly ahead: number
  readonly inject?: InjectionPlan
  /** `doubted`: its token was in doubt before. `ended`: the org has revoked it. */
  readonly before: 'alive' | 'doubted' | 'ended'
  /** From this place on the reply is on the disk; `always`: before the process began. */
  readonly keptAt?: string
  /** Its places are counted from its first line on, and not from the exchange. */
  readonly fromStart?: boolean
}

const kept = "after refresh/replies.ts storage.write('appendReceived')"
const spooled = 'after refresh/replies.ts keepInSpool'
const refusal: InjectionPlan = { op: 'statement', n: 1, times: 1_000_000, sqlContains: "stage = 'received'" }
const nothing = (): Promise<void> => Promise.resolve()

async function lostReply({ scene }: Battlefield, id: string): Promise<void> {
  scene.org.faults.add({ kind: 'drop-response' }, { times: 1 })
  await scene.keeper.verify(id).catch(() => undefined)
}

const diedAt =
  (dieAt: string, inject?: InjectionPlan): Situation['prepare'] =>
  async ({ scene, time }, id) =>
    await exchangeInChild({
      folder: scene.folder,
      id,
      dieAt,
      ahead: time.by(),
      ...(inject === undefined ? {} : { inject }),
    })

const faultOfOrg =
  (kind: 'unavailable' | 'drop-response'): Situation['prepare'] =>
  ({ scene }) =>
    Promise.resolve(scene.org.faults.add({ kind }, { times: 1 }))

export const situations: readonly Situation[] = [
  { name: 'a token that is due', prepare: nothing, ahead: 0, before: 'alive', keptAt: kept },
  {
    name: 'a token in doubt, long after',
    async prepare({ scene }, id) {
      scene.org.faults.add({ kind: 'unavailable' }, { times: 1 })
      await scene.keeper.verify(id).catch(() => undefined)
    },
    ...{ ahead: aLease + settled, before: 'doubted', keptAt: kept },
  },
  {
    name: 'a token in doubt beside an access token that serves',
    async prepare(field, id) {
      await field.scene.keeper.verify(id)
      await lostReply(field, id)
    },
    ...{ ahead: aLease + settled, before: 'doubted' },
  },
  {
    name: 'a token in doubt that is spent, long after',
    prepare: lostReply,
    ahead: aLease + settled,
    before: 'doubted',
  },
  {
    ...{ name: 'an attempt whose process died before it had sent', ahead: aLease, before: 'alive', keptAt: kept },
    prepare: diedAt("after refresh/attempt.ts storage.write('prepareAttempt')"),
  },
  {
    ...{ name: 'an attempt whose process died when it was to send', ahead: aLease, before: 'doubted' },
    prepare: diedAt("after refresh/attempt.ts storage.write('markSent')"),
  },
  {
    ...{ name: 'a reply that a process which died has journaled', ahead: aLease, before: 'alive' },
    ...{ prepare: diedAt(kept), keptAt: 'always' },
  },
  {
    ...{ name: 'a reply that a process which died has left in the spool', ahead: aLease, before: 'alive' },
    ...{ prepare: diedAt(spooled, refusal), keptAt: 'always', fromStart: true },
  },
  {
    ...{ name: 'a store that refuses the reply', prepare: nothing, ahead: 0, inject: refusal, before: 'alive' },
    keptAt: spooled,
  },
  { name: 'an org that answers 503', prepare: faultOfOrg('unavailable'), ahead: 0, before: 'alive' },
  { name: 'an org whose reply is lost', prepare: faultOfOrg('drop-response'), ahead: 0, before: 'alive' },
  {
    name: 'a family that was revoked',
    async prepare({ scene }) {
      await scene.org.admin('/oauth-usage/revoke', { method: 'POST', body: { app: 'Test_App' } })
    },
    ...{ ahead: 0, before: 'ended' },
  },
  {
    name: 'a reply to a token that was replaced since',
    async prepare(field, id) {
      await diedAt(kept)(field, id)
      const { refresh_token } = await field.scene.org.grant(withoutIdToken)
      await field.scene.keeper.adopt({ id, app: 'nightly', refreshToken: secret(refresh_token), replaces: 1 })
    },
    ...{ ahead: aLease, before: 'alive', keptAt: kept },
  },
]
