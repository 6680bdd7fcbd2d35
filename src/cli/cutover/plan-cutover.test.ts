import { deepEqual, match } from 'node:assert/strict'
import { test } from 'node:test'
import { readCutoverFile } from '../../cutover/configuration.ts'
import { personLines } from './plan-cutover.ts'

const readers = { environment: () => undefined, file: () => ({ ok: false, fault: 'is not read' }) as const }
const linesOf = (allowlist: string): readonly string[] => {
  const text = `app: Nightly_Sync
allowlist: ${allowlist}
traffic: { gateway: http://127.0.0.1:1 }
keeper: http://127.0.0.1:1
connections: [canary]
from: [192.0.2.1]
to: [198.51.100.1, 198.51.100.2]
`
  const read = readCutoverFile(text, { name: 'c.yaml', readers, testing: false })
  return read.ok ? personLines(read.value) : []
}

test('whoever plans with a list that a person changes is told where the run stops for them', () => {
  match(
    linesOf('{ manual: { ranges: [192.0.2.1], enforce: true } }').join(),
    /the list of Nightly_Sync: in steps 2 and 5/,
  )
  deepEqual(linesOf('{ org: http://127.0.0.1:1 }'), [])
})
