/** `npm run docs:transcript` runs this with `--update`, which writes the transcript into the guide instead of comparing it. */
import { deepEqual, doesNotMatch, equal } from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { root } from '../../tools/command.ts'
import { fieldsOn, masked, shots, takeTranscript, transcriptIn, withTranscript } from './cutover-transcript.ts'

const guide = `${root}docs/guides/cutover.md`

describe('the transcript of the cutover guide', () => {
  test('is what the commands of the page print, with the exit codes that the page explains', async () => {
    const { shots: taken, fields } = await takeTranscript()
    deepEqual(Object.fromEntries(taken.map(({ name, codes }) => [name, codes])), {
      ...{ plan: [0], run: [3], status: [0], release: [0, 0], rollback: [4], list: [0] },
    })
    const page = readFileSync(guide, 'utf8')
    if (process.argv.includes('--update')) return writeFileSync(guide, taken.reduce(withTranscript, page))
    deepEqual(fieldsOn(page).toSorted(), fields.toSorted(), 'the guide has other fields of status --json')
    for (const { name, text } of taken)
      equal(masked(transcriptIn(page, name)), masked(text), `the guide shows another ${name}: npm run docs:transcript`)
  })

  test('has no place of the machine in it', () => {
    const page = readFileSync(guide, 'utf8')
    for (const name of Object.keys(shots) as (keyof typeof shots)[])
      doesNotMatch(transcriptIn(page, name), /\/tmp|\/home|node_modules|sallyport-transcript/)
  })

  test('of something else is seen, and of another time is not', () => {
    const page = 'a\n<!-- transcript list: npm run docs:transcript -->\nold\n<!-- end of list -->\nb\n'
    const text =
      '2026-11-21-a57ff0  begun 2026-11-21 19:26:18, 2 min 3 s ago, by 17-0a1b2c\nWaiting until 19:27:00 (3 s): x'
    equal(transcriptIn(withTranscript(page, { name: 'list', text }), 'list'), text)
    equal(masked(text), masked('2026-11-22-000000 begun 2026-12-01 01:02:03, 5 s ago, by 9-ffffff'))
    equal(masked(text) === masked(text.replace('begun', 'ended')), false)
  })
})
