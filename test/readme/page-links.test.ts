import { deepEqual, equal } from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { root } from '../../tools/command.ts'
import { judgeLinks, linkedPages } from './page-links.ts'

describe('links of the pages', () => {
  test('lead to files and headings that are there', () => {
    const judged = linkedPages(root).map((page) => judgeLinks(root, page, readFileSync(root + page, 'utf8')))
    const links = judged.reduce((sum, each) => sum + each.links, 0)
    console.log(`${judged.length} pages, ${links} links`)
    deepEqual(
      judged.flatMap(({ broken }) => broken),
      [],
    )
    equal(links > 0, true)
  })

  test('planted ones that lead nowhere are told', () => {
    const text =
      '[a](LICENSE) [b](nowhere.md) [c](CONTRIBUTING.md#the-map) [d](CONTRIBUTING.md#no-such) [e](https://x.example)'
    deepEqual(judgeLinks(root, 'README.md', text), {
      links: 4,
      broken: ['README.md: nowhere.md', 'README.md: CONTRIBUTING.md#no-such'],
    })
  })

  test('the index of decisions has each decision once, in order', () => {
    const index = readFileSync(`${root}docs/decisions/README.md`, 'utf8')
    const listed = [...index.matchAll(/^\| \[\d{4}\]\((\d{4}-[\w-]+\.md)\)/gm)].map(([, file]) => file)
    deepEqual(listed, globSync('[0-9]*.md', { cwd: `${root}docs/decisions` }).toSorted())
  })
})
