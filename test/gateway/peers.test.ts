/** The same probe against ours and against the proxies of others; of theirs nothing is asserted but that they could be probed. */
import { equal, notEqual } from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { plainCredentials, scopeOfSuite, startTestGateway, type Scope } from './kit.ts'
import { peers } from './peers/all.ts'
import { rows, tableOf, type Probed } from './peers/table.ts'
import type { Subject } from './probe/rows.ts'

const credentials = { user: plainCredentials.username, password: plainCredentials.password }

async function ourselves(t: Scope): Promise<Probed> {
  const start = async (allow: readonly string[]): Promise<Subject> => {
    const { host, port } = await startTestGateway(t, {
      allow,
      configuration: { deadlines: { header: '1s', dial: '1s' } },
    })
    return { host, port, credentials }
  }
  const open = await start(['127.0.0.1:1-65535', 'no-such-name.invalid:443'])
  return { open, guarded: open, minimal: await start(['*.salesforce.com:443']) }
}

describe('the conformance rows, ours and those of others', () => {
  const scope = scopeOfSuite()
  const columns = [...peers.filter(({ missing }) => missing === undefined), { name: 'sallyport' }].map(({ name }) => ({
    name,
    cells: new Map<string, string>(),
  }))
  after(() => {
    console.log(`\n${tableOf(columns)}`)
    for (const { name, missing } of peers)
      if (missing !== undefined) console.log(`not probed: ${name}, since ${missing}`)
  })
  const column = (name: string): Map<string, string> => {
    const found = columns.find((each) => each.name === name)
    if (found === undefined) throw new Error(`no column ${name}`)
    return found.cells
  }

  describe('sallyport', () => {
    let started: Promise<Probed> | undefined
    for (const { id, what, run, ours } of rows)
      test(`${id}: ${what}: ${ours}`, async () => {
        const cell = await run(await (started ??= ourselves(scope)))
        column('sallyport').set(id, cell)
        equal(cell, ours)
      })
  })

  for (const { name, missing, start } of peers) {
    if (missing !== undefined) continue
    test(`${name} can be probed on every row`, async (t) => {
      const open = await start(t, undefined)
      const probed = { open, guarded: await start(t, credentials), minimal: open }
      // side by side: on many rows a proxy that does not answer is waited for
      await Promise.all(rows.map(async ({ id, run }) => void column(name).set(id, await run(probed))))
      for (const { id } of rows) notEqual(column(name).get(id) ?? '', '', id)
    })
  }
})
