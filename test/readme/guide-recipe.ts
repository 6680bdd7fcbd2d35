/** The code that the keeper's guide prints for a client, to be run by a test of that client. */
import { ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { root } from '../../tools/command.ts'
import { blocksOn } from './fenced-blocks.ts'
import { throwAwayProject } from './throw-away-folders.ts'

const page = 'docs/guides/keep-connections-alive.md'

/** What the first block of TypeScript under this heading exports, imported as a dependent imports it. Its connection is called `acme`. */
export async function recipeUnder<Recipe>(t: TestContext, heading: string): Promise<Recipe> {
  const line = readFileSync(join(root, page), 'utf8').split('\n').indexOf(`### ${heading}`)
  ok(line >= 0, `${page} has no heading ${heading}`)
  const block = blocksOn(root, page).find((each) => each.line > line && each.use.kind === 'types')
  ok(block, `${page} has no code under ${heading}`)
  const file = join(await throwAwayProject(t), 'recipe.ts')
  await writeFile(file, block.text)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- docs-run.test.ts checks the types of what the guide prints
  return (await import(pathToFileURL(file).href)) as Recipe
}
