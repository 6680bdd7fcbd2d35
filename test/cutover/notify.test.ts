/** Notifications of a cutover as a receiver has them: one that serves the keeper's webhooks serves these as well. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { openNotices } from '../../src/cli/cutover/notices.ts'
import { notifierOf, notifyFaults } from '../../src/cli/cutover/notifier.ts'
import type { NotifyChoice } from '../../src/cutover/configuration-file.ts'
import type { Cutovers } from '../../src/cutover/cutover.ts'
import { readCutoverFile } from '../../src/cutover/configuration.ts'
import { farewell } from '../../src/cutover/notify.ts'
import type { StoredNotice } from '../../src/cutover/store/notices.ts'
import { systemEnvironment } from '../../src/system.ts'
import { secret } from '../../src/values/secret.ts'
import { signingSecret, startReceiver, verify } from '../keeper/webhook-kit.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

function readFile(notify: string): readonly string[] {
  const text = `app: A
allowlist: { org: http://127.0.0.1:1 }
traffic: { gateway: http://127.0.0.1:1 }
keeper: http://127.0.0.1:1
connections: [canary]
from: [192.0.2.1, 192.0.2.2]
to: [198.51.100.1, 198.51.100.2]
notify: ${notify}
`
  const readers = { environment: () => undefined, file: () => ({ ok: false, fault: 'is not read' }) as const }
  const read = readCutoverFile(text, { name: 'f', readers, testing: false, more: notifyFaults })
  return read.ok
    ? []
    : read.fault.map(({ where, path, message }) => `${where?.line}:${where?.column} ${path} ${message}`)
}

const cutoversThatNote = (notes: StoredNotice[]): Cutovers => {
  const asked = (): never => {
    throw new Error('a notifier asks for nothing else')
  }
  return {
    ...{ judge: asked, begin: asked, run: asked, ask: asked, answer: asked, view: asked, list: asked },
    ...{ notices: asked, close: asked, endAborted: asked },
    noteNotice: async (_id, notice) => await Promise.resolve(void notes.push(notice)),
  }
}

const plan = {
  apps: [{ name: 'A', kind: 'external-client-app' as const }],
  from: ['192.0.2.1'],
  to: ['198.51.100.1', '198.51.100.2'],
}

test('a run tells what it has done, signed as webhooks of the keeper are, and without a word of the URL', async (t) => {
  const receiver = await startReceiver(t)
  const notes: StoredNotice[] = []
  const notify: NotifyChoice = { url: secret(receiver.url), secret: secret(signingSecret), allowPrivate: true }
  const place = { cutovers: cutoversThatNote(notes), id: 'one', environment: systemEnvironment(quiet) }
  const notifier = notifierOf(notify, place)
  const terms = { id: 'one', plan: { ...plan, terms: undefined as never }, resumed: false }
  const notices = openNotices(notifier, terms)
  notices.step(1, 'forth')
  notices.step(3, 'forth')
  notices.step(1, 'back')
  notices.ended({ kind: 'ended', how: 'rolled-back', instruction: 'It is as it was before.' })
  await notifier.close()
  const steps = Array.from({ length: 5 }, () => 'cutover.step_done')
  deepEqual(
    receiver.received.map(({ type }) => type),
    ['cutover.begun', 'cutover.step_done', 'cutover.step_done', 'cutover.turned_back', ...steps, 'cutover.rolled_back'],
  )
  for (const each of receiver.received) {
    verify(each, signingSecret)
    equal(each.headers['webhook-id'], each.id)
    equal(each.headers['user-agent'], 'sallyport-cutover')
  }
  const { data } = JSON.parse(receiver.received[1]?.body ?? '') as { data: Record<string, unknown> }
  const { from, to } = plan
  deepEqual(data, { cutover: 'one', app: 'A', from, to, step: 'confirm', number: 1, direction: 'forth', next: [] })
  deepEqual([...new Set(notes.map(({ result }) => result))], ['delivered'])
})

test('a run that goes on does not tell again of what the one before has done', () => {
  const told: string[] = []
  const notifier = { tell: (type: string) => void told.push(type), close: async () => await Promise.resolve() }
  const notices = openNotices(notifier, { id: 'one', plan: { ...plan, terms: undefined as never }, resumed: true })
  notices.step(4, 'forth')
  notices.step(5, 'forth')
  notices.ended({ kind: 'waiting', question: 'May they go?', answer: 'release', about: 'silent', names: [] })
  deepEqual(told, ['cutover.step_done', 'cutover.waiting'])
})

test('a run that breaks off is told as one that has halted, with why and what to do', () => {
  const told: unknown[] = []
  const notifier = {
    tell: (...of: readonly unknown[]) => void told.push(of),
    close: async () => await Promise.resolve(),
  }
  const notices = openNotices(notifier, { id: 'one', plan: { ...plan, terms: undefined as never }, resumed: true })
  notices.brokenOff(new Error('the journal cannot be written'))
  const { from, to } = plan
  const next = ['sallyport cutover status one', 'sallyport cutover run FILE']
  const says = 'The run has broken off: the journal cannot be written'
  deepEqual(told, [['cutover.halted', { cutover: 'one', app: 'A', from, to, says, next }]])
})

test('P-28: a private address is refused unless the file allows it, and the reason names no path', async (t) => {
  const receiver = await startReceiver(t)
  const notes: StoredNotice[] = []
  const wait = async (length: number): Promise<void> => await (length === farewell ? new Promise(() => {}) : undefined)
  const environment = { ...systemEnvironment(quiet), wait }
  const place = { cutovers: cutoversThatNote(notes), id: 'one', environment }
  const url = receiver.url.replace('http://', 'https://')
  const notifier = notifierOf({ url: secret(url), allowPrivate: false }, place)
  notifier.tell('cutover.begun', {})
  await notifier.close()
  equal(receiver.received.length, 0)
  equal(notes[0]?.result, 'given-up')
  match(notes[0]?.why ?? '', /a loopback address.*; allowPrivate would let it go there/)
  equal(notes[0]?.why?.includes('canaryPath'), false)
})

test('without a secret nothing is signed', async (t) => {
  const receiver = await startReceiver(t)
  const place = { cutovers: cutoversThatNote([]), id: 'one', environment: systemEnvironment(quiet) }
  const notifier = notifierOf({ url: secret(receiver.url), allowPrivate: true }, place)
  notifier.tell('cutover.begun', {})
  await notifier.close()
  equal(receiver.received[0]?.headers['webhook-signature'], undefined)
  equal(typeof receiver.received[0]?.headers['webhook-id'], 'string')
})

test('what is wrong with notify is said at its line and column, without the URL', () => {
  deepEqual(readFile('{ url: "https://hooks.example.com/x" }'), [])
  const [http = '', ...more] = readFile('{ url: "http://hooks.example.com/secret" }')
  match(http, /^8:16 notify\.url is http, which only a private or loopback address may have/)
  deepEqual([more, http.includes('secret')], [[], false])
  match(
    readFile('{ url: "https://hooks.example.com/x", secret: hush }').join(),
    /^8:\d+ notify\.secret has to be whsec_/,
  )
})
