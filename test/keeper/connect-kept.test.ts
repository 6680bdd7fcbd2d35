/** What becomes of a login whose reply has come, and which the store or the process did not see to its end. */
import { equal, ok, rejects } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import type { KeeperEnvironment } from '../../src/keeper/environment.ts'
import { secret } from '../../src/values/secret.ts'
import { bentTime, type BentTime } from './bent-time.ts'
import { openLoginScene, walkThrough } from './login-kit.ts'
import { decisionsOf } from './scene.ts'

/** A store that refuses these writes for as long as they are among them. */
function refusing(time: BentTime, refused: Set<string>): Partial<KeeperEnvironment> {
  return {
    ...time.environment,
    async openStorage(options) {
      const storage = await time.environment.openStorage(options)
      const write: typeof storage.write = async (name, input, ...rest) =>
        refused.has(name) ? { kind: 'dropped', why: 'queue-full' } : await storage.write(name, input, ...rest)
      return new Proxy(storage, {
        get(target, name) {
          if (name === 'write') return write
          const value: unknown = Reflect.get(target, name, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
}

const coded = (code: string) => (error: KeeperError) => {
  equal(error.code, code, error.message)
  return true
}

describe('a login whose reply has come', () => {
  for (const [sentence, writes] of Object.entries({
    'is made a connection in a later round, where the store took the reply and nothing else': ['adoptGrant'],
    'lies in the spool where the store takes nothing, and becomes one when another process starts': [
      ...['keepAuthorizationReply', 'adoptGrant'],
    ],
  }))
    test(sentence, async () => {
      const time = bentTime()
      const refused = new Set<string>()
      await using scene = await openLoginScene({ environment: refusing(time, refused) })
      const begun = await scene.keeper.connect('partner', { id: 'acme' })
      const callback = await walkThrough(begun.url)
      for (const each of writes) refused.add(each)
      await rejects(scene.keeper.takeCallback(callback), coded('IN_DOUBT'))
      equal(await scene.keeper.connection('acme'), undefined)
      const asked = await decisionsOf(scene.org)
      await rejects(scene.keeper.takeCallback(callback), coded('AUTHORIZATION_OVER'))
      await scene.keeper.close()
      refused.clear()
      time.ahead(61_000) // longer than a call may take
      const another = await scene.again({ environment: time.environment })
      await another.lookAfter()
      equal((await another.connection('acme'))?.state, 'alive')
      equal(await decisionsOf(scene.org), asked, 'the code was sent once')
      equal((await another.verify('acme')).generation, 2)
      ok(scene.logged.some((line) => line.startsWith('keeper.authorized')))
    })
})

test('a code of which nothing was sent can be handed in again', async () => {
  const time = bentTime()
  await using scene = await openLoginScene({ environment: time.environment })
  const begun = await scene.keeper.connect('partner', { id: 'acme' })
  const callback = await walkThrough(begun.url)
  const nowhere = await scene.again({ proxy: secret('http://127.0.0.1:9') })
  await rejects(nowhere.takeCallback(callback), coded('NOT_SENT'))
  equal((await scene.keeper.takeCallback(callback)).state, 'alive')
})

test('a reply that is lost on its way ends the login, and says that the code may be spent', async () => {
  await using scene = await openLoginScene()
  const begun = await scene.keeper.connect('partner', { id: 'acme' })
  const callback = await walkThrough(begun.url)
  scene.org.faults.add({ kind: 'drop-response' }, { times: 1 })
  await rejects(scene.keeper.takeCallback(callback), coded('SERVER_TROUBLE'))
  await rejects(begun.done, coded('SERVER_TROUBLE'))
  await rejects(scene.keeper.takeCallback(callback), coded('SERVER_TROUBLE'))
})
