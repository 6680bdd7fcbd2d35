/** What may go wrong in the middle of a cutover, each with how it has to end. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openBlackHole } from '../../gateway/black-hole.ts'
import { changeList } from './by-hand.ts'
import { cut, isPoolChange, isSave, type Reply } from './front.ts'
import { ask, otherPair, put } from './place.ts'
import type { Wish } from './runner.ts'
import {
  afterLook,
  afterPoolChange,
  afterSave,
  answerLost,
  beforeSave,
  followKilled,
  orderFault,
  removeEgress,
  repeatsToken,
  resumeEgress,
  takenOut,
  unavailable,
  without,
  type Scene,
} from './trouble.ts'

export type Fault = {
  readonly what: string
  readonly where: string
  readonly strike: (scene: Scene) => unknown
  readonly wish?: Partial<Wish>
  readonly ends: 'done' | 'rolled-back' | 'halted' | 'waiting'
  /** Part of what it says at its end. */
  readonly says: RegExp
  /** What the instruction asks for; run again after it, the cutover is done. */
  readonly mend?: (scene: Scene) => unknown
  /** Among those that `npm test` looks at. */
  readonly inShort?: true
}

const [newOne, newTwo] = otherPair
const third = '127.0.0.31'
/** Each try comes so much later that a start of the gateway fits in between the first and the last. */
const longer = { propagationWait: '1s' }
const moved = /leave from 127\.0\.0\.21 and 127\.0\.0\.22/

export const faults: readonly Fault[] = [
  {
    ...{ what: 'a save of the list is answered with yes and changes nothing', where: 'the first save' },
    strike: ({ place }) => orderFault(place, { kind: 'save-does-not-take' }),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'no save of the list changes anything', where: 'from the first save on' },
    strike: ({ place }) => orderFault(place, { kind: 'save-does-not-take', times: 1000 }),
    ...{ ends: 'rolled-back', says: /the list does not take 127\.0\.0\.21 and 127\.0\.0\.22/ },
  },
  {
    ...{ what: 'no save of the list changes anything', where: 'from the removal on' },
    strike: (scene) => beforeSave(scene, 2, () => orderFault(scene.place, { kind: 'save-does-not-take', times: 1000 })),
    ...{ ends: 'halted', says: /goes on holding.*remove it by hand, or leave it/ },
    mend: ({ place }) => ask(place.testing, '/faults', { method: 'DELETE' }),
  },
  {
    ...{ what: 'one of the two rows is missing after each save', where: 'from the first save on' },
    strike: ({ org }) =>
      org.bend((passing) => (isSave(passing) ? passing.passOn(without(passing, newTwo)) : undefined)),
    ...{ ends: 'rolled-back', says: /the list does not take 127\.0\.0\.22/ },
  },
  {
    ...{ what: 'the answer to a save is lost', where: 'the first save' },
    strike: ({ org }) => org.bend(answerLost(isSave)),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'a change of the list takes 45 s to be in force, and a minute is waited', where: 'every save' },
    wish: { propagationWait: '60s', watch: '5s' },
    strike: ({ place }) => orderFault(place, { kind: 'slow-propagation', for: 'PT45S', times: 2 }),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'a change takes three quarters of the wait to be in force', where: 'every save' },
    wish: { propagationWait: '800ms' },
    strike: ({ place }) => orderFault(place, { kind: 'slow-propagation', for: 'PT0.6S', times: 2 }),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'a change takes far longer than is waited to be in force', where: 'the first save' },
    strike: ({ place }) => orderFault(place, { kind: 'slow-propagation', for: 'PT15S' }),
    ...{ ends: 'rolled-back', says: /the org does not admit 127\.0\.0\.21/ },
  },
  {
    ...{ what: 'a new address is not of this machine', where: 'from the beginning' },
    wish: { to: [newOne, '192.0.2.7'] },
    strike: () => undefined,
    ...{ ends: 'rolled-back', says: /192\.0\.2\.7 is not live/, inShort: true },
  },
  {
    ...{ what: 'whatever is sent from a new address vanishes (a black hole)', where: 'from the beginning' },
    async strike({ t, place }) {
      const hole = await openBlackHole(t)
      const via = { name: 'hole', via: `http://${hole.host}:${hole.port}`, public: newTwo, standby: true }
      await put(place.gateway, '/egress', { add: [via] })
    },
    ...{ ends: 'rolled-back', says: /127\.0\.0\.22 is not live/ },
  },
  {
    ...{ what: 'the gateway is stopped and started again', where: 'after the first save' },
    wish: longer,
    strike: (scene) => beforeSave(scene, 1, () => scene.meanwhile(scene.place.restartGateway())),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'the gateway is stopped and started again', where: 'after the traffic was moved' },
    wish: longer,
    strike: (scene) => afterPoolChange(scene, 2, () => scene.meanwhile(scene.place.restartGateway())),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'the answer to a change of the pool is lost', where: 'the move of the traffic' },
    strike: ({ gateway }) => gateway.bend(answerLost(isPoolChange, 2)),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'the keeper is killed', where: 'before the first save' },
    strike: (scene) => beforeSave(scene, 1, () => scene.place.killKeeper()),
    ...{ ends: 'halted', says: /Nobody can tell whether it works/ },
    mend: ({ place }) => place.startKeeper(),
  },
  {
    ...{ what: 'the keeper is killed', where: 'after the traffic was moved' },
    strike: (scene) => afterPoolChange(scene, 2, () => scene.place.killKeeper()),
    ...{ ends: 'halted', says: /Nobody can tell whether/ },
    mend: ({ place }) => place.startKeeper(),
  },
  {
    ...{ what: 'the admin API of the org answers 503 six times', where: 'from the first save on' },
    strike: ({ org }) => org.bend(unavailable(isSave, 6)),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'the org answers 500 and repeats the token that it was sent', where: 'the first two saves' },
    strike: ({ org }) => org.bend(repeatsToken(2)),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'the admin API of the org answers 503 for good', where: 'from the first save on' },
    strike: ({ org }) => org.bend(unavailable(isSave, Infinity)),
    ...{ ends: 'halted', says: /did not answer.*run it again/ },
    mend: ({ org }) => org.bend(() => undefined),
  },
  {
    ...{ what: 'the admin API of the org answers 503 for good', where: 'from the removal on' },
    strike: ({ org }) =>
      org.bend(unavailable((passing) => isSave(passing) && !passing.body.includes('127.0.0.11'), Infinity)),
    ...{ ends: 'halted', says: /did not answer.*run it again/ },
    mend: ({ org }) => org.bend(() => undefined),
  },
  {
    ...{ what: 'the admin API of the gateway answers 503 six times', where: 'from the move of the traffic on' },
    strike: ({ gateway }) =>
      gateway.bend(unavailable((passing) => isPoolChange(passing) && passing.body.includes('"resume":["'), 6)),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'the org answers 503 to every redemption for a second and a half', where: 'after the first save' },
    wish: { ...longer, canaries: ['first', 'second', 'third', 'fourth'] },
    async strike(scene) {
      for (const each of ['first', 'second', 'third', 'fourth']) await scene.place.adopt(each)
      beforeSave(scene, 1, async () => {
        await orderFault(scene.place, { kind: 'unavailable', times: 1_000_000 })
        const over = async () => await ask(scene.place.testing, '/faults', { method: 'DELETE' })
        scene.meanwhile(sleep(1500).then(over))
      })
    },
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'the org answers 503 to every redemption for good', where: 'after the first save' },
    strike: (scene) => beforeSave(scene, 1, () => orderFault(scene.place, { kind: 'unavailable', times: 1_000_000 })),
    ...{ ends: 'halted', says: /Nobody can tell whether it works/ },
    async mend({ place, freshCanaries }) {
      await ask(place.testing, '/faults', { method: 'DELETE' })
      await freshCanaries()
    },
  },
  {
    ...{ what: 'somebody adds a row to the list', where: 'after the first save' },
    strike: (scene) => afterSave(scene, 1, () => changeList(scene.place, { add: [third] })),
    ...{ ends: 'halted', says: /Somebody else has changed other ranges/ },
    mend: () => undefined,
  },
  {
    ...{ what: 'somebody takes a new address out of the list', where: 'before anybody has seen it there' },
    strike: (scene) => afterSave(scene, 1, () => changeList(scene.place, { remove: [newOne] })),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'somebody takes a new address out of the list', where: 'when it was seen there' },
    strike: (scene) => afterLook(scene, () => changeList(scene.place, { remove: [newOne] })),
    ...{ ends: 'halted', says: /Somebody else has taken 127\.0\.0\.21 out of the list/ },
    mend: () => undefined,
  },
  {
    ...{
      what: 'somebody takes a new address out of the list, in force 4 s later',
      where: 'after the traffic was moved',
    },
    strike: (scene) => afterPoolChange(scene, 2, () => takenOut(scene.place, newOne)),
    ...{ ends: 'halted', says: /Somebody else has taken 127\.0\.0\.21 out of the list/ },
    mend: () => undefined,
  },
  {
    ...{
      what: 'somebody takes an old address out of the list, in force 4 s later',
      where: 'before the traffic is moved',
    },
    strike: (scene) => afterSave(scene, 1, () => takenOut(scene.place, '127.0.0.11')),
    ...{ ends: 'halted', says: /Somebody else has taken 127\.0\.0\.11 out of the list/ },
    mend: () => undefined,
  },
  {
    ...{ what: 'somebody lets traffic leave from a third address, which is listed', where: 'after the first save' },
    async strike(scene) {
      await changeList(scene.place, { add: [third] })
      afterSave(scene, 1, () => put(scene.place.gateway, '/egress', { add: [{ name: 'third', address: third }] }))
    },
    ...{ ends: 'halted', says: /Traffic may leave from 127\.0\.0\.31 as well/ },
    mend: ({ place }) => put(place.gateway, '/egress', { drain: ['third'] }),
  },
  {
    ...{ what: 'somebody takes a new address out of the pool', where: 'after the first save' },
    strike: (scene) => afterSave(scene, 1, () => removeEgress(scene.place, newTwo)),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'somebody lets traffic leave from an old address again', where: 'after the traffic was moved' },
    strike: (scene) => afterPoolChange(scene, 2, () => resumeEgress(scene.place, '127.0.0.11')),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'the only canary has a token that is dead', where: 'from the beginning' },
    wish: { canaries: ['dead'] },
    strike: ({ place }) => place.adoptDead('dead'),
    ...{ ends: 'halted', says: /The canary cannot redeem any more/ },
    mend: ({ freshCanaries }) => freshCanaries(),
  },
  {
    ...{ what: 'the first of two canaries has a token that is dead', where: 'from the beginning' },
    wish: { canaries: ['gone', 'good'] },
    async strike({ place }) {
      await place.adoptDead('gone')
      await place.adopt('good')
    },
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'a second runner is started', where: 'during the first save' },
    strike: (scene) =>
      beforeSave(scene, 1, async () => {
        const { code, stderr } = await scene.startAnother().end
        if (code !== 1 || !/is being run by \S+, whose lease ends/.test(stderr))
          throw new Error(`the second: ${code} ${stderr}`)
      }),
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'the runner is killed, and its save arrives after another has taken over', where: 'the first save' },
    strike: (scene) => {
      const { org, meanwhile } = scene
      let late: (() => Promise<Reply>) | undefined
      let wasLate = false
      org.bend(async (passing) => {
        if (!isSave(passing) || wasLate) return undefined
        if (late === undefined) {
          late = () => passing.passOn()
          meanwhile(followKilled(scene))
          return { status: cut, body: '' }
        }
        wasLate = true
        const reply = await passing.passOn()
        const { status } = await late()
        if (status !== 412) throw new Error(`the late save was answered with ${status}`)
        return reply
      })
    },
    ...{ ends: 'done', says: moved },
  },
  {
    ...{ what: 'somebody redeems from an old address past the gateway', where: 'after the traffic was moved' },
    strike: (scene) => afterPoolChange(scene, 2, () => scene.place.redeemFrom('127.0.0.11')),
    ...{ ends: 'waiting', says: /Not heard of since the traffic moved: .*May the old addresses go all the same/ },
  },
]
