import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant } from '../values/time.ts'
import { farewell, openNotifier, type NotifierParts, type Told } from './notify.ts'
import type { StoredNotice } from './store/notices.ts'

type Bend = { readonly answers?: readonly Told[]; readonly hang?: boolean }

function place({ answers = [], hang = false }: Bend = {}) {
  const notes: StoredNotice[] = []
  const sent: string[] = []
  const left = [...answers]
  const parts: NotifierParts = {
    ...{ clock: () => instant(0), newId: () => `evt_${sent.length}` },
    // pauses are over at once; the farewell is where somebody hangs
    wait: async (length) => await (length === farewell && !hang ? never : Promise.resolve()),
    async deliver({ id, type }, signal) {
      sent.push(`${id} ${type}`)
      if (!hang) return left.shift() ?? { kind: 'taken' }
      return await new Promise<Told>((resolve) =>
        signal.addEventListener('abort', () => resolve({ kind: 'failed', why: 'it was broken off' })),
      )
    },
    note: async (notice) => await Promise.resolve(void notes.push(notice)),
  }
  return { notes, sent, notifier: openNotifier(parts) }
}
const never = new Promise<void>(() => undefined)
const failed: Told = { kind: 'failed', why: 'it answered 500' }

describe('a notification', () => {
  test('is told in its order, and that it was is kept', async () => {
    const { notes, sent, notifier } = place()
    notifier.tell('cutover.begun', {})
    notifier.tell('cutover.done', {})
    await notifier.close()
    deepEqual(
      sent.map((each) => each.split(' ')[1]),
      ['cutover.begun', 'cutover.done'],
    )
    deepEqual(
      notes.map(({ event, result, attempts }) => [event, result, attempts]),
      [
        ['cutover.begun', 'delivered', 1],
        ['cutover.done', 'delivered', 1],
      ],
    )
  })

  test('is tried three times under one id, and then given up with the reason', async () => {
    const { notes, sent, notifier } = place({ answers: [failed, failed, failed] })
    notifier.tell('cutover.halted', {})
    await notifier.close()
    deepEqual(
      sent,
      Array.from({ length: 3 }, () => 'evt_0 cutover.halted'),
    )
    deepEqual(notes, [{ at: 0, event: 'cutover.halted', result: 'given-up', attempts: 3, why: 'it answered 500' }])
  })

  test('that a receiver keeps waiting delays nobody for long, and those behind it are given up', async () => {
    const { notes, notifier } = place({ hang: true })
    notifier.tell('cutover.begun', {})
    notifier.tell('cutover.done', {})
    await notifier.close()
    deepEqual(
      notes.map(({ event, result }) => [event, result]),
      [
        ['cutover.begun', 'given-up'],
        ['cutover.done', 'given-up'],
      ],
    )
  })

  test('that nobody takes costs no more memory than fifty', async () => {
    const { notes, notifier } = place({ hang: true })
    for (let n = 0; n < 200; n += 1) notifier.tell('cutover.step_done', { n })
    equal(notes.filter(({ why }) => why === 'too many were waiting').length, 149)
    await notifier.close()
    ok(notes.every(({ result }) => result === 'given-up'))
  })
})
