import { deepEqual, equal, match, throws } from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { command, root } from '../../tools/command.ts'
import { blocksOn, pagesOf, parse, type Block } from './fenced-blocks.ts'
import { runPage } from './run-page.ts'
import { throwAwayCheckout, throwAwayProject } from './throw-away-folders.ts'
import { checkTyped } from './typed-blocks.ts'

const pages = pagesOf(root)
const blocks = pages.flatMap((page) => blocksOn(root, page))
const notRun = blocks.flatMap(({ page, line, use }) => (use.kind === 'not run' ? [`${page}:${line} ${use.why}`] : []))
const planted = (text: string): Block[] => parse('planted.md', text)
const wrongCode = planted(`\`\`\`ts
import { startOrgs } from 'sallyport/testing'
startOrgs()
\`\`\`

\`\`\`ts
import { test } from 'node:test'
test('fails', () => {
  throw new Error()
})
\`\`\`
`)
const isCommand = ({ use }: Block): boolean => use.kind === 'run' || use.kind === 'service'

describe('the pages', () => {
  before(async () => {
    equal((await command('curl', ['--version'])).code, 0, 'curl is missing: the pages use it, as the README says')
    console.log(`${pages.length} pages, ${blocks.length} blocks; not run: ${notRun.length}\n${notRun.join('\n')}`)
  })

  for (const page of pages.filter((each) => blocksOn(root, each).some(isCommand)))
    test(`every command of ${page} does what the page says`, async (t) => {
      const { done, wrong } = await runPage(t, await throwAwayCheckout(t), blocksOn(root, page))
      deepEqual(wrong, [])
      equal(done, blocksOn(root, page).filter(isCommand).length)
    })

  test('every block of TypeScript compiles against the package, the tests among them pass, and two planted ones are told', async (t) => {
    const typed = blocks.filter(({ use }) => use.kind === 'types')
    const { checked, run, wrong } = await checkTyped(await throwAwayProject(t), [...typed, ...wrongCode])
    const [unknownImport = '', failingTest = '', ...others] = wrong
    deepEqual(others, [])
    match(unknownImport, /^planted\.md:1: .*startOrgs/)
    match(failingTest, /^planted\.md:6: .*as a test ended with 1/)
    equal(checked, typed.length + 2)
    equal(typed.length > 0 && run > 1, true, 'no TypeScript was seen')
  })

  test('there are commands to run, and those that are not run are the lesser part', () => {
    const commands = blocks.filter(isCommand).length
    equal(commands > notRun.length, true, `${commands} are run, ${notRun.length} are not`)
  })
})

describe('planted blocks', () => {
  test('a command that fails is told with its page and line', async (t) => {
    const page = planted('Text\n\n```sh\nnpm run -s sallyport -- nonsense\n```\n')
    const { done, wrong } = await runPage(t, await throwAwayCheckout(t), page)
    equal(done, 0)
    match(wrong.join(), /^planted\.md:3: ended with 2 instead of 0:/)
  })

  test('a command that says something else than its page is told', async (t) => {
    const { wrong } = await runPage(t, await throwAwayCheckout(t), planted('```sh says: yes\necho no\n```\n'))
    match(wrong.join(), /^planted\.md:1: does not say "yes":\nno/)
  })

  test('a service that does not start is told', async (t) => {
    const { wrong } = await runPage(t, await throwAwayCheckout(t), planted('```sh service\nfalse\n```\n'))
    match(wrong.join(), /^planted\.md:1: the service ended/)
  })

  test('a block of an unknown kind, and one without an end, are refused', () => {
    throws(() => planted('```sh norun\nls\n```\n'), /planted\.md:1: "sh norun" is no kind/)
    throws(() => planted('```sh\nls\n'), /planted\.md:1: the block has no end/)
  })
})
