import { deepEqual, equal, throws } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Complaint } from '../../src/cli/complaint.ts'
import { keeperRequest, type KeeperRequest } from '../../src/cli/keeper/keeper-request.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { fault } from '../../src/values/result.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

function requestOf(environment: Readonly<Record<string, string>>): KeeperRequest {
  const loaded = loadConfiguration({ environment, readFile: () => fault('does not exist'), workingDirectory: '/srv' })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.fault))
  return keeperRequest(loaded.value, {}, quiet)
}

const direct = { SALLYPORT_KEEPER_DIRECT: 'true' }

describe('what a keeper is started with', () => {
  test('lies beside the data, with the keyring beside the configuration', () => {
    const { folder, keyring, way } = requestOf(direct)
    deepEqual([folder, keyring, way.from], ['/srv/data', { file: '/srv/keyring.json' }, 'keeper.direct'])
  })

  test('is the proxy of the configuration before anything else', () => {
    const { way } = requestOf({ SALLYPORT_KEEPER_PROXY: 'http://a:b@127.0.0.1:1' })
    deepEqual([way.from, way.proxy === 'direct' ? '' : way.proxy.expose()], ['keeper.proxy', 'http://a:b@127.0.0.1:1'])
  })

  const refused: Readonly<Record<string, readonly [Readonly<Record<string, string>>, RegExp]>> = {
    'without a folder for the tokens': [{ ...direct, SALLYPORT_STORAGE: 'sqlite::memory:' }, /has no folder/],
    'with PostgreSQL, which it says': [
      { ...direct, SALLYPORT_STORAGE: 'postgres://user:secret@host/db' },
      /keeps its vault in SQLite: this version has no PostgreSQL engine/,
    ],
    'with a keyring in a variable that is not set': [
      { ...direct, SALLYPORT_KEEPER_KEYRING: '{ env: NOBODY_SETS_THIS }' },
      /NOBODY_SETS_THIS, which is not set/,
    ],
  }
  for (const [sentence, [environment, means]] of Object.entries(refused))
    test(`is nothing ${sentence}`, () =>
      throws(
        () => requestOf(environment),
        (cause) => {
          if (!(cause instanceof Complaint)) return false
          equal(
            cause.troubles.every(({ next }) => next.length > 0),
            true,
          )
          return means.test(cause.message)
        },
      ))
})
