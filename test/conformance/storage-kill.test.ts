/** Processes that are killed, or that the operating system refuses to write for: what was acknowledged is there, nothing is there twice. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { freshFolder, opener } from './sqlite-places.ts'
import { startChild } from './storage-process.ts'
import { entries } from './storage-writes.ts'

describe('a process that is killed', () => {
  for (const writer of ['thread', 'inline'] as const)
    test(`P-04: loses nothing that it acknowledged, three times in a row (${writer})`, async (t) => {
      const folder = freshFolder(t)
      const acknowledged: string[] = []
      for (let round = 0; round < 3; round += 1) {
        const child = startChild(t, { folder, writer, inFlight: 16 })
        await child.until((lines) => lines.length > 200)
        await child.kill()
        ok(child.lines.length > 200, child.lines.join('\n').slice(0, 500))
        acknowledged.push(...child.lines.slice(1))
        const storage = await opener(t, { url: `sqlite:${folder}`, writer: 'inline' })()
        const found = await storage.read(entries)
        await storage.close()
        deepEqual(
          acknowledged.filter((entry) => !found.includes(entry)),
          [],
        )
        equal(new Set(found).size, found.length)
      }
    })

  test('P-14: leaves no lock behind', async (t) => {
    const folder = freshFolder(t)
    const first = startChild(t, { folder, writer: 'thread', inFlight: 0 })
    await first.until((lines) => lines.includes('ready'))
    await first.kill()
    const second = startChild(t, { folder, writer: 'thread', inFlight: 0 })
    await second.until((lines) => lines.length > 0)
    deepEqual(second.lines, ['ready'])
    await second.finish()
  })
})

describe('a disk that refuses', () => {
  for (const writer of ['thread', 'inline'] as const)
    test(`P-04: a COMMIT that the operating system refuses is settled as failed, truthfully (${writer})`, async (t) => {
      const folder = freshFolder(t)
      const child = startChild(t, { folder, writer, inFlight: 8, bytes: 2000, fileLimit: 400 })
      await child.until(() => false)
      const [ready, ...rest] = child.lines
      equal(ready, 'ready')
      const acknowledged = rest.filter((line) => line.startsWith('entry'))
      const refused = rest.filter((line) => !line.startsWith('entry'))
      deepEqual(
        refused,
        Array.from({ length: 8 }, () => 'failed'),
      )
      ok(acknowledged.length > 10, `${acknowledged.length} were acknowledged before the limit`)
      const storage = await opener(t, { url: `sqlite:${folder}`, writer: 'inline' })()
      deepEqual((await storage.read(entries)).toSorted(), acknowledged.toSorted())
    })
})
