import { deepEqual, ok } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'

const root = join(import.meta.dirname, '..', '..')
/** Where each kind of citation leads. */
const pages = {
  SF: 'docs/reference/salesforce-facts.md',
  P: 'docs/reference/protocol-rules.md',
  L: 'docs/reference/field-lessons.md',
  G: 'docs/reference/gateway-conformance.md',
} as const
const citation = /\b(SF-\d{2,3}|P-\d{2}|L-\d{2,3}|G-\d{2})\b/g

async function citedIn(pattern: string): Promise<Set<string>> {
  const cited = new Set<string>()
  for await (const path of glob(pattern, { cwd: root })) {
    const text = await readFile(join(root, path), 'utf8')
    for (const [name] of text.matchAll(citation)) cited.add(name)
  }
  return cited
}

const rowsOf = (page: string): Set<string> =>
  new Set([...page.matchAll(/^- \*\*([A-Z]+-\d+)\*\*/gm)].map(([, name = '']) => name))

async function leadNowhere(cited: ReadonlySet<string>): Promise<readonly string[]> {
  const rows = new Set<string>()
  for (const path of Object.values(pages)) {
    for (const row of rowsOf(await readFile(join(root, path), 'utf8'))) rows.add(row)
  }
  return [...cited].filter((name) => !rows.has(name)).toSorted()
}

describe('a citation', () => {
  test('of a fact, a rule or a lesson in the code leads to its row', async () => {
    const cited = await citedIn('src/**/*.ts')
    ok(cited.size > 100, `only ${cited.size} citations were seen`)
    deepEqual(await leadNowhere(cited), [])
  })

  test('of what is on no page is found', async () => {
    deepEqual(await leadNowhere(new Set(['SF-02', 'SF-999', 'P-99', 'G-99'])), ['G-99', 'P-99', 'SF-999'])
  })
})
