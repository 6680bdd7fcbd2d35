/** Every file that the guide shows is one that is taken. */
import { equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readCutoverFile } from '../../../src/cutover/configuration.ts'
import { faultLine } from '../../../src/documents/fault.ts'
import { fault } from '../../../src/values/result.ts'

const page = readFileSync(new URL('../../../docs/guides/cutover-adapters.md', import.meta.url), 'utf8')
const files = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text]) => text ?? '')
const readers = {
  environment: (name: string) =>
    name.endsWith('_URL') ? `http://user:word@${name.replaceAll('_', '-')}.example:9293` : 'x',
  file: () => fault('is none'),
}

test('the guide shows a file of each kind', () => equal(files.length, 5))

for (const [i, text] of files.entries())
  test(`the guide's file ${i + 1} is taken`, () => {
    const read = readCutoverFile(text, { name: 'cutover.yaml', readers, testing: false })
    equal(read.ok ? '' : read.fault.map(faultLine).join('\n'), '')
  })
