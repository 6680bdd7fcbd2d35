/** How this very program is called, for the commands that it tells people to type. */
import { readFileSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)
const fromSource = import.meta.url.endsWith('.ts')

/** `npm run -s sallyport --` in a checkout, `sallyport` where the package is installed; anywhere else the full paths, since npm would not
 *  find the program from there. */
export function ownName(): string {
  if (!fromSource) return 'npx sallyport'
  const folder = fileURLToPath(root).replace(/\/$/, '')
  if (realpathSync(process.cwd()) === realpathSync(folder)) return 'npm run -s sallyport --'
  return [process.execPath, `${folder}/src/cli/main.ts`].map(shellWord).join(' ')
}

/** As one word for a POSIX shell. */
export const shellWord = (text: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

export function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
  const holds = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return holds && typeof manifest.version === 'string' ? manifest.version : 'unknown'
}
