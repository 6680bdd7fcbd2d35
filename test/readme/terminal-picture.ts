/** The README's terminal picture: the commands that `up` prints, run, with what changes from run to run shown shortened. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { root } from '../../tools/command.ts'
import { plainEnvironment } from './plain-environment.ts'

export const marks = {
  start: '<!-- terminal picture: npm run docs:picture -->',
  end: '<!-- end of the picture -->',
} as const

/** The text between the marks. Throws where the page has not got them. */
export function pictureIn(page: string): string {
  const [from, to] = [page.indexOf(marks.start), page.indexOf(marks.end)]
  if (from === -1 || to < from) throw new Error(`README.md has no picture between ${marks.start} and ${marks.end}`)
  return page.slice(from + marks.start.length, to).trim()
}

export const withPicture = (page: string, picture: string): string => page.replace(pictureIn(page), () => picture)

/** Milliseconds until what hangs is stopped. */
const longest = 60_000

/** Runs the demonstration on a free port, with its data in a folder that is gone afterwards. */
export async function takePicture(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-picture-'))
  const data = join(folder, 'data')
  const env = { ...plainEnvironment(), SALLYPORT_STORAGE: `sqlite:${data}` }
  const up = spawn('node', ['src/cli/main.ts', 'up', '--listen', '127.0.0.1:0'], { cwd: root, env, timeout: longest })
  try {
    const printed = await until(up, /replay\.curl -x .*\n/)
    const commands = [...printed.matchAll(/^ {2}((?:curl|npm|SALLYPORT_STORAGE=).*)$/gm)].map(
      ([, command = '']) => command,
    )
    const shots = []
    for (const command of commands.slice(0, 3)) shots.push(`$ ${command}\n${await outputOf(command, env)}`)
    const [url = '', gatewayUrl = ''] = [...printed.matchAll(/^\{"event":"listening".*"url":"([^"]+)"/gm)].map(
      ([, each = '']) => each,
    )
    return fence(shorten(shots.join('\n'), { data, url, gatewayUrl }))
  } finally {
    up.kill('SIGTERM')
    if (up.exitCode === null && up.signalCode === null) await once(up, 'close')
    await rm(folder, { recursive: true, force: true })
  }
}

export type Places = { readonly data: string; readonly url: string; readonly gatewayUrl: string }

const fence = (text: string): string => `\`\`\`console\n${text}\`\`\``

/** What a reader's own run shows at the standard address and in ./data, with secrets and times cut off where they begin to differ. */
export function shorten(text: string, { data, url, gatewayUrl }: Places): string {
  return text
    .replace(/(http:\/\/demo:)[\w-]{32}@/g, '$1…@')
    .replaceAll(new URL(gatewayUrl).host, '127.0.0.1:9293')
    .replaceAll(`SALLYPORT_STORAGE=sqlite:${data} `, '')
    .replaceAll(data, 'data')
    .replaceAll(` --org ${url}`, '')
    .replaceAll(url, 'http://127.0.0.1:8480')
    .replace(/("access_token":"00D\w{12}!)[^"]+/g, '$1…')
    .replace(/("refresh_token":"5Aep861)[^"]+/g, '$1…')
    .replace(/("id_token":"eyJ)[^"]+/g, '$1…')
    .replace(/("signature":")[^"]+/g, '$1…')
    .replace(/("issued_at":")\d+/g, '$1…')
}

async function outputOf(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  const shell = spawn('sh', ['-c', command], { cwd: root, env, timeout: longest })
  let text = ''
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(shell, 'close')
  return text
}

async function until(child: ReturnType<typeof spawn>, wanted: RegExp): Promise<string> {
  let text = ''
  const found = Promise.withResolvers<string>()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (wanted.test(text)) found.resolve(text)
    })
  }
  child.on('close', (code) => found.reject(new Error(`up ended with ${code}:\n${text}`)))
  return await found.promise
}
