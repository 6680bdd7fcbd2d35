import { deepEqual, ok } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

/** Every module that is loaded with `sallyport/keeper` and one keeper that is opened. */
function loadedModules(): readonly string[] {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ resolve: (name, context, next) => { const found = next(name, context); loaded.push(found.url); return found } })
    const { openKeeper, secret } = await import('./src/keeper.ts')
    const keeper = await openKeeper({ storage: 'sqlite::memory:', keyring: { text: secret('${randomBytes(32).toString('base64')}'), name: 'KEYS' }, spool: process.argv[1], proxy: 'direct' })
    await keeper.close()
    process.stdout.write(JSON.stringify(loaded))`
  const folder = mkdtempSync(join(tmpdir(), 'keeper-alone-'))
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, folder], {
    encoding: 'utf8',
  })
  rmSync(folder, { recursive: true })
  ok(stdout.startsWith('['), stderr)
  return JSON.parse(stdout) as readonly string[]
}

test('the library loads neither the org, nor the gateway, nor an HTTP server, nor anything from npm', () => {
  const loaded = loadedModules()
  ok(
    loaded.some((url) => url.endsWith('/src/keeper/keeper.ts')),
    'it saw what was loaded',
  )
  deepEqual(
    loaded.filter((url) => /\/src\/(?:org|gateway|cli|config)\/|node_modules|node:https?$/.test(url)),
    [],
  )
})
