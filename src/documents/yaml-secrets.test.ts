import { ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseYamlDocument } from './yaml-document.ts'

describe('a secret without its quotation marks', () => {
  for (const text of ['password: *hunter2', 'password: !hunter2 x', 'password: |hunter2', 'password: >hunter2\n  x'])
    test(`is not repeated where the parser trips over it: ${JSON.stringify(text.replace('hunter2', '…'))}`, () => {
      const parsed = parseYamlDocument(text, 'org.yaml')
      ok(!parsed.ok)
      ok(!JSON.stringify(parsed.fault).includes('hunter2'), JSON.stringify(parsed.fault))
    })
})
