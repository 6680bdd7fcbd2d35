/** What an org told the world, and the secrets that must not be in it. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export type Corpus = {
  /** Keeps what was replied, and takes the values of its cookies for secrets. */
  readonly fetch: (url: URL | string, init?: RequestInit) => Promise<Response>
  /** A secret with a name to find it by. Returns it. */
  readonly secret: (name: string, value: string | undefined) => string
  readonly told: (place: string, text: string) => void
  readonly secrets: ReadonlyMap<string, string>
  readonly places: ReadonlyMap<string, string>
  /** `secret in place`, for each of each: as it is, percent-encoded, or in base64. */
  readonly leaks: () => readonly string[]
}

export function openCorpus(): Corpus {
  const secrets = new Map<string, string>()
  const places = new Map<string, string>()
  const secret = (name: string, value: string | undefined): string => {
    if (value === undefined || value.length < 6) throw new Error(`${name} is no secret: ${value}`)
    secrets.set(name, value)
    return value
  }
  const told = (place: string, text: string): void => void places.set(`${places.size + 1} ${place}`, text)
  return {
    ...{ secret, told, secrets, places },
    async fetch(url, init = {}) {
      const response = await fetch(url, init)
      for (const line of response.headers.getSetCookie()) takeCookie(line, secret)
      const place = `${response.status} ${init.method ?? 'GET'} ${new URL(url).pathname}`
      told(place, `${headersOf(response)}\n${await response.clone().text()}`)
      return response
    },
    leaks: () =>
      [...secrets].flatMap(([name, value]) =>
        [...places].filter(([, text]) => holds(text, value)).map(([place]) => `${name} in ${place}`),
      ),
  }
}

function takeCookie(line: string, secret: Corpus['secret']): void {
  const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
  if (value !== '' && name !== 'rememberUn') secret(`cookie ${name} ${value.slice(0, 4)}`, decodeURIComponent(value))
}

/** A cookie and the way to the callback are told to the one browser that is meant. */
function headersOf({ headers }: Response): string {
  const others = [...headers].filter(([name]) => name !== 'set-cookie' && name !== 'location')
  return others.map((pair) => pair.join(': ')).join('\n')
}

/** Six digits stand by chance within any longer number, so a code is looked for as a number of its own. */
function holds(text: string, secret: string): boolean {
  if (/^\d+$/.test(secret)) return new RegExp(`(?<![\\d.])${secret}(?!\\d)`).test(text)
  return spellings(secret).some((each) => text.includes(each))
}

const spellings = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
]

/** Every file of a folder, byte for byte as latin1. */
export async function readFolder(folder: string): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return await Promise.all(
    files.map(async (file) => {
      const path = join(file.parentPath, file.name)
      return [path.slice(folder.length + 1), await readFile(path, 'latin1')] as const
    }),
  )
}
