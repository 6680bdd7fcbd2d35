import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { ConnectionKey } from '../connection-key.ts'
import { openSpool, type Slot, type Spool, type SpoolLimits } from './spool.ts'

const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count))
const canary: ConnectionKey = { tenant: 'acme-corporation', id: 'canary' }
const sealed = random(700)

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-spool-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'spool')
}

async function open(t: TestContext, folder: string, limits?: SpoolLimits): Promise<Spool> {
  const spool = await openSpool({ folder, random, ...(limits === undefined ? {} : { limits }) })
  t.after(() => spool.close())
  return spool
}

async function reserved(spool: Spool, attempt = 8): Promise<Slot> {
  const slot = await spool.reserve(canary, 3, attempt)
  if (!slot.ok) throw new Error(slot.fault.means, { cause: slot.fault.cause })
  return slot.value
}

const why = async (spool: Spool): Promise<string> => {
  const slot = await spool.reserve(canary, 3, 8)
  return slot.ok ? 'reserved' : slot.fault.kind
}

const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
const slotsIn = async (folder: string): Promise<readonly string[]> =>
  (await filesIn(folder)).filter((path) => path.endsWith('.slot'))

async function onlySlotIn(folder: string): Promise<string> {
  const [path, ...more] = await slotsIn(folder)
  ok(path !== undefined && more.length === 0)
  return path
}

/** What the next start finds. */
async function foundIn(t: TestContext, folder: string) {
  return await (await open(t, folder)).found()
}

describe('a place in the spool', () => {
  test('P-26: keeps a reply over the end of its process, until it is released', async (t) => {
    const folder = await folderFor(t)
    const before = await open(t, folder)
    await (await reserved(before)).keep(sealed)
    await before.close()

    const now = await open(t, folder)
    const [left, ...more] = await now.found()
    equal(more.length, 0)
    ok(left?.kind === 'reply')
    const { release, ...told } = left
    deepEqual(told, { kind: 'reply', key: canary, generation: 3, attempt: 8, sealed })
    equal((await now.found()).length, 1)
    await release()
    await release()
    deepEqual(await now.found(), [])
    await now.close()
    deepEqual(await filesIn(folder), [])
  })

  test('P-26: is allocated to its last byte before anything is sent, for its owner alone', async (t) => {
    const folder = await folderFor(t)
    const replyBytes = 300_000
    const slot = await reserved(await open(t, folder, { slots: 4, replyBytes }))
    const path = await onlySlotIn(folder)
    const before = await stat(path)
    equal(before.mode & 0o777, 0o600)
    equal((await stat(folder)).mode & 0o777, 0o700)
    ok(before.size > replyBytes)
    ok(before.blocks * 512 >= before.size, `${before.blocks} blocks for ${before.size} bytes`)
    await slot.keep(random(replyBytes))
    const after = await stat(path)
    deepEqual([after.size, after.blocks], [before.size, before.blocks])
  })

  test('takes a reply that is longer than was reckoned, as long as the disk has room', async (t) => {
    const folder = await folderFor(t)
    const spool = await open(t, folder, { slots: 4, replyBytes: 100 })
    const long = random(50_000)
    await (await reserved(spool)).keep(long)
    await spool.close()
    const [left] = await foundIn(t, folder)
    deepEqual(left?.kind === 'reply' ? left.sealed : undefined, long)
  })

  test('has a name that says nothing', async (t) => {
    const folder = await folderFor(t)
    await (await reserved(await open(t, folder))).keep(sealed)
    for (const path of await filesIn(folder))
      match(path.slice(folder.length), /^\/[0-9a-f]{32}(\/[0-9a-f]{32}\.slot|\.lock|\.owner)$/)
  })

  test('that is released leaves nothing to find, though its reply was kept', async (t) => {
    const folder = await folderFor(t)
    const spool = await open(t, folder)
    const [kept, other] = [await reserved(spool, 1), await reserved(spool, 2)]
    await kept.keep(sealed)
    await kept.release()
    await other.keep(sealed)
    await spool.close()
    deepEqual(
      (await foundIn(t, folder)).map((each) => (each.kind === 'reply' ? each.attempt : 'torn')),
      [2],
    )
  })

  test('is used again, and what lay in it before is not taken for the next reply', async (t) => {
    const folder = await folderFor(t)
    const spool = await open(t, folder)
    const first = await reserved(spool, 1)
    await first.keep(sealed)
    await first.release()
    await reserved(spool, 2)
    equal((await slotsIn(folder)).length, 1)
    await spool.close()
    deepEqual(await foundIn(t, folder), [])
  })

  test('can be written to again: the last reply counts', async (t) => {
    const folder = await folderFor(t)
    const spool = await open(t, folder)
    const slot = await reserved(spool)
    await slot.keep(random(9000))
    await slot.keep(sealed)
    await spool.close()
    const [left] = await foundIn(t, folder)
    deepEqual(left?.kind === 'reply' ? left.sealed : undefined, sealed)
  })

  test('after its release takes nothing more', async (t) => {
    const slot = await reserved(await open(t, await folderFor(t)))
    await Promise.all([slot.release(), slot.release()])
    await rejects(slot.keep(sealed), /was released/)
  })

  test('is one of few: those who ask at once get no more than there are', async (t) => {
    const spool = await open(t, await folderFor(t), { slots: 3, replyBytes: 100 })
    const asked = await Promise.all(Array.from({ length: 10 }, (_, attempt) => spool.reserve(canary, 3, attempt)))
    const got = asked.filter((each) => each.ok)
    equal(got.length, 3)
    equal(await why(spool), 'all-taken')
    await got[0]?.value.release()
    equal(await why(spool), 'reserved')
    equal(await why(spool), 'all-taken')
  })

  test('P-28: is left to others by a tenant who takes what he can', async (t) => {
    const spool = await open(t, await folderFor(t), { slots: 4, replyBytes: 100 })
    const asked = async (tenant: string): Promise<string> => {
      const slot = await spool.reserve({ tenant, id: 'canary' }, 3, 1)
      return slot.ok ? 'reserved' : slot.fault.means
    }
    const greedy = [await asked('greedy'), await asked('greedy'), await asked('greedy'), await asked('greedy')]
    deepEqual(greedy.slice(0, 3), ['reserved', 'reserved', 'reserved'])
    match(String(greedy[3]), /^All 3 places .* one tenant/)
    equal(await asked('modest'), 'reserved')
    match(await asked('modest'), /^All 4 places/)
  })

  test('is refused for a connection whose name does not fit', async (t) => {
    const spool = await open(t, await folderFor(t))
    await rejects(spool.reserve({ tenant: 'a', id: 'b'.repeat(5000) }, 1, 1), /too long/)
    equal(await why(spool), 'reserved')
  })

  test('is not to be had after the close', async (t) => {
    const spool = await open(t, await folderFor(t))
    await spool.close()
    await rejects(spool.reserve(canary, 1, 1), /is closed/)
  })
})

describe('a spool that cannot be written', () => {
  test('P-26: refuses before anything is sent, with words, and works again once it can', async (t) => {
    const folder = await folderFor(t)
    const spool = await open(t, folder)
    const own = (await readdir(folder)).find((name) => /^[0-9a-f]{32}$/.test(name)) ?? ''
    await rm(join(folder, own), { recursive: true })
    await writeFile(join(folder, own), 'in the way')
    const refused = await spool.reserve(canary, 3, 8)
    ok(!refused.ok)
    equal(refused.fault.kind, 'not-writable')
    match(refused.fault.means, /Nothing was sent/)
    match(refused.fault.next.join(), /df -h/)
    await rm(join(folder, own))
    equal(await why(spool), 'reserved')
  })

  test('P-26: does not count on a file that somebody has deleted', async (t) => {
    const folder = await folderFor(t)
    const spool = await open(t, folder)
    await (await reserved(spool)).release()
    await rm(await onlySlotIn(folder))
    const slot = await reserved(spool)
    await onlySlotIn(folder)
    await slot.keep(sealed)
    await spool.close()
    equal((await foundIn(t, folder)).length, 1)
  })

  test('P-26: makes its folder again when somebody has deleted all of it', async (t) => {
    const folder = await folderFor(t)
    const spool = await open(t, folder)
    await (await reserved(spool)).release()
    for (const name of await readdir(folder)) if (!name.includes('.')) await rm(join(folder, name), { recursive: true })
    await (await reserved(spool)).keep(sealed)
    await spool.close()
    equal((await foundIn(t, folder)).length, 1)
  })
})

describe('a file that somebody deletes while its exchange is under way', () => {
  const deletions: { readonly [what: string]: (folder: string) => Promise<unknown> } = {
    'with its folder': async (folder) =>
      await Promise.all((await readdir(folder)).map((name) => rm(join(folder, name), { recursive: true }))),
    'with the whole spool': (folder) => rm(folder, { recursive: true }),
    'alone': async (folder) => await rm(await onlySlotIn(folder)),
  }
  for (const [what, remove] of Object.entries(deletions))
    test(`P-26: ${what} costs no reply: it is kept in another file`, async (t) => {
      const folder = await folderFor(t)
      const spool = await open(t, folder)
      const slot = await reserved(spool)
      await remove(folder)
      await slot.keep(sealed)
      await spool.close()
      const [left] = await foundIn(t, folder)
      deepEqual(left?.kind === 'reply' ? left.sealed : undefined, sealed)
    })
})

describe('what lies in the spool', () => {
  test('is not told while its process lives', async (t) => {
    const folder = await folderFor(t)
    const [one, other] = [await open(t, folder), await open(t, folder)]
    await (await reserved(one)).keep(sealed)
    deepEqual([await one.found(), await other.found()], [[], []])
    await one.close()
    equal((await other.found()).length, 1)
  })

  test('is told to one process at a time, and to the next when that one has ended', async (t) => {
    const folder = await folderFor(t)
    const gone = await open(t, folder)
    await (await reserved(gone)).keep(sealed)
    await gone.close()
    const [one, other] = [await open(t, folder), await open(t, folder)]
    deepEqual([(await one.found()).length, (await other.found()).length], [1, 0])
    await one.close()
    equal((await other.found()).length, 1)
  })

  test('torn is told by name, with the exchange, and goes when it is released', async (t) => {
    const folder = await folderFor(t)
    const before = await open(t, folder)
    await (await reserved(before)).keep(sealed)
    await before.close()
    const path = await onlySlotIn(folder)
    const bytes = await readFile(path)
    bytes[4096 + 400] = (bytes[4096 + 400] ?? 0) ^ 1
    await writeFile(path, bytes)
    const now = await open(t, folder)
    const [left] = await now.found()
    ok(left?.kind === 'torn')
    deepEqual([left.of, left.file], [{ key: canary, generation: 3, attempt: 8 }, path])
    await left.release()
    deepEqual(await slotsIn(folder), [])
  })

  test('of many processes that are gone is told together, and each is let go alone', async (t) => {
    const folder = await folderFor(t)
    for (const attempt of [1, 2, 3]) {
      const spool = await open(t, folder)
      const [kept, only] = [await reserved(spool, attempt), await reserved(spool, attempt + 10)]
      await kept.keep(sealed)
      void only
      await spool.close()
    }
    const now = await open(t, folder)
    const found = await now.found()
    equal(found.length, 3)
    await Promise.all(found.map((each) => each.release()))
    await now.close()
    deepEqual(await filesIn(folder), [])
  })

  test('is sealed: of the reply nothing is in the open that was not sealed by whoever kept it', async (t) => {
    const folder = await folderFor(t)
    await (await reserved(await open(t, folder))).keep(sealed)
    const bytes = await readFile(await onlySlotIn(folder))
    ok(bytes.includes(Buffer.from(sealed)))
    const rest = Buffer.concat([bytes.subarray(0, bytes.indexOf(Buffer.from(sealed)))])
    deepEqual(
      rest
        .toString('latin1')
        .match(/[\w"-]{4,}/g)
        ?.filter((word) => !/SPSPOOL1|"acme-corporation"|"canary"/.test(word)),
      [],
    )
  })
})
