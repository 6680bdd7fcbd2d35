/** `cutover demo` in its short form: what a person is shown of a move under load, held to what it claims. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { pictureLines, type Picture } from '../../src/cli/cutover/demo/picture.ts'
import type { Paint } from '../../src/cli/terminal.ts'
import { emptyFolder, sallyport } from '../cli/command.ts'

const plain = (text: string): string => text
const paint: Paint = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain }

test('the demonstration loses no redemption in the safe order and some in the wrong one, and leaves nothing behind', async (t) => {
  const left = async () => (await readdir(tmpdir())).filter((each) => each.startsWith('sallyport-cutover-demo-'))
  const before = await left()
  const { code, stdout, stderr } = await sallyport(['cutover', 'demo', '--quick', '--json'], {
    cwd: await emptyFolder(t),
  })
  equal(code, 0, `${stdout}${stderr}`)
  const { held, safe, byHand } = JSON.parse(stdout) as Readonly<Record<'held' | 'safe' | 'byHand', never>>
  const [first, second] = [safe, byHand] as { redemptions: number; failed: number; from: Record<string, number> }[]
  equal(held, true)
  ok(first !== undefined && second !== undefined)
  deepEqual([first.failed, second.failed > 0], [0, true])
  ok(first.redemptions > 20, `only ${first.redemptions} redemptions`)
  deepEqual(Object.keys(first.from).toSorted(), ['127.0.0.11', '127.0.0.12', '127.0.0.21', '127.0.0.22'])
  deepEqual(await left(), before)
})

test('the picture says what the list holds and what leaves from where, and fits a screen', () => {
  const tally = (good: number, failed: number, from: number) => ({
    ...{ good, failed, failures: new Map(failed === 0 ? [] : [['IP_REFUSED', failed]]) },
    from: new Map([['127.0.0.21', from]]),
  })
  const picture: Picture = {
    title: 'A move',
    steps: [{ name: 'confirm', state: 'now', words: 'both are live' }],
    addresses: ['127.0.0.11', '127.0.0.21'],
    listed: new Set(['127.0.0.21']),
    before: { atMs: 60_000, tally: tally(10, 0, 10) },
    now: { atMs: 62_000, tally: tally(50, 4, 50) },
  }
  const lines = pictureLines(paint, picture)
  equal(lines[0], 'A move  1:02')
  match(lines.join('\n'), /^ {2}127\.0\.0\.11 +no +-$/m)
  match(lines.join('\n'), /^ {2}127\.0\.0\.21 +yes +█{30} 20\/s$/m)
  match(lines.join('\n'), /^ {2}22 redemptions a second, 54 so far, 4 failed \(IP_REFUSED 4\)$/m)
  ok(lines.length < 24 && lines.every((each) => each.length <= 90))
})
