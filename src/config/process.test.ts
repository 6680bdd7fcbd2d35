import { deepEqual, equal } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { loadConfiguration } from './load.ts'
import { processSources } from './process.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-config-'))
after(() => rmSync(folder, { recursive: true }))

describe('the files of this process', () => {
  const load = (path: string) => loadConfiguration({ ...processSources(), environment: {}, path })

  test('a file is read, and secrets lie beside it', () => {
    writeFileSync(join(folder, 'a.yaml'), 'storage: sqlite:./here\nkeeper: { proxy: { file: proxy.txt } }\n')
    writeFileSync(join(folder, 'proxy.txt'), 'http://u:p@h:1\n')
    const loaded = load(join(folder, 'a.yaml'))
    equal(loaded.ok && loaded.value.configuration.storage, 'sqlite:./here')
    equal(loaded.ok && loaded.value.configuration.keeper.proxy?.expose(), 'http://u:p@h:1')
    equal(loaded.ok && loaded.value.folder, folder)
  })

  const unreadable = {
    'a file that is not there': ['b.yaml', 'does not exist'],
    'a folder': ['.', 'is a folder'],
  } as const
  for (const [what, [name, why]] of Object.entries(unreadable))
    test(`${what} is named with the reason`, () => {
      const path = join(folder, name)
      const loaded = load(path)
      deepEqual(loaded.ok ? [] : loaded.fault.map(({ message }) => message), [`the configuration file ${path} ${why}`])
    })

  test('the environment is that of the process, copied', () => {
    const { environment } = processSources()
    equal(environment['PATH'], process.env['PATH'])
    equal(environment === process.env, false)
  })
})
