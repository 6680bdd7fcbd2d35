/** A real Chromium from npm packages alone: nothing to install on the machine, nothing left in a shared folder. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium as playwright, type Browser } from 'playwright-core'

const packageFolder = new URL('../../', import.meta.resolve('@sparticuz/chromium'))
const cacheFolder = fileURLToPath(new URL('../../node_modules/.cache/sallyport/', import.meta.url))

/** A headless browser that the caller closes. Starts in about a second; the first time on a machine it unpacks itself, which
 *  takes some seconds more. On a busy machine a start may fail that does not fail again, so there are two. Throws `BROWSER_MISSING` with the
 *  reasons where it cannot start: a browser test never skips. */
export async function openBrowser(): Promise<Browser> {
  const first = await start().catch((cause: unknown) => ({ cause }))
  if ('newPage' in first) return first
  try {
    return await start()
  } catch (cause) {
    const why = `${String(first.cause)}\n${String(cause)}`
    const needs = 'it needs Linux with glibc on x64 or arm64'
    throw new Error(`BROWSER_MISSING Chromium from @sparticuz/chromium did not start (${needs}): ${why}`, { cause })
  }
}

async function start(): Promise<Browser> {
  const folder = await unpackedFolder()
  return await playwright.launch({ executablePath: join(folder, 'chromium'), args, env: environment(folder) })
}

// not the package's own list: it turns off web security and puts all into one process, for machines that these tests never run on
const args = ['--disable-dev-shm-usage', '--font-render-hinting=none']

function environment(folder: string): Record<string, string> {
  return {
    HOME: tmpdir(),
    TMPDIR: tmpdir(),
    FONTCONFIG_PATH: join(folder, 'fonts'),
    LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), // libnss3 and its kin, which a bare machine lacks
  }
}

/** Unpacked beside, then renamed: of several test processes that start at once, one wins and all read whole files. */
async function unpackedFolder(): Promise<string> {
  const folder = join(cacheFolder, `chromium-${await packageVersion()}-${process.arch}`)
  if (await exists(folder)) return folder
  await mkdir(cacheFolder, { recursive: true })
  const fresh = await mkdtemp(join(cacheFolder, 'unpacking-'))
  try {
    await unpack(fresh)
    await writeFile(join(fresh, 'fonts', 'fonts.conf'), fontsOf(folder))
    await rename(fresh, folder).catch(async (cause: unknown) => {
      if (!(await exists(folder))) throw cause
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return folder
}

/** The package unpacks into TMPDIR, and its libraries only where it takes the machine for its own: hence a process of its own. */
async function unpack(folder: string): Promise<void> {
  const script = "import chromium from '@sparticuz/chromium'; await chromium.executablePath()"
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: fileURLToPath(packageFolder),
    env: { TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
  })
}

async function packageVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('package.json', packageFolder), 'utf8'))
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version)
  throw new Error('@sparticuz/chromium has no version in its package.json')
}

function fontsOf(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
