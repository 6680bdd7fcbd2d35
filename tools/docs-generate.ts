/** `npm run docs:generate`: writes the generated pages of docs/reference, and the public declarations once there are any. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { build } from './build.ts'
import { root } from './command.ts'
import { apiFolder, isPublic, publicDeclarations } from './public-api.ts'
import { referencePages } from './reference-pages.ts'

function write(path: string, text: string): void {
  mkdirSync(dirname(root + path), { recursive: true })
  writeFileSync(root + path, text)
  console.log(path)
}

for (const [path, text] of await referencePages()) write(path, text)

if (isPublic()) {
  await build()
  rmSync(root + apiFolder, { recursive: true, force: true })
  for (const [path, text] of publicDeclarations()) write(apiFolder + path, text)
} else {
  console.log(`${apiFolder} waits for src/testing.ts`)
}
