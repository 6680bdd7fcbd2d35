/** Links of the pages that lead to nothing: a file that is not there, or a heading that its page has not got. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

export const linkedPages = (root: string): string[] => [
  ...globSync('*.md', { cwd: root }),
  ...globSync('docs/**/*.md', { cwd: root }),
  ...globSync('bench/*.md', { cwd: root }),
]

export type Judged = { readonly links: number; readonly broken: readonly string[] }

/** `text` is what stands on `page`; links to other sites are not followed. */
export function judgeLinks(root: string, page: string, text: string): Judged {
  const links = [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  const own = links.filter((target) => !/^[a-z]+:/.test(target))
  return {
    links: own.length,
    broken: own.filter((target) => !leadsSomewhere(root, page, target)).map((each) => `${page}: ${each}`),
  }
}

function leadsSomewhere(root: string, page: string, target: string): boolean {
  const [path = '', heading] = target.split('#')
  const file = path === '' ? join(root, page) : resolve(root, dirname(page), path)
  if (relative(root, file).startsWith('..') || !existsSync(file)) return false
  return heading === undefined || headingsIn(readFileSync(file, 'utf8')).has(heading)
}

/** As GitHub makes them: lower case, spaces to hyphens, other signs left out. */
function headingsIn(text: string): ReadonlySet<string> {
  const headings = withoutBlocks(text).matchAll(/^#+ (.*)$/gm)
  return new Set(
    [...headings].map(([, words = '']) =>
      words
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

const withoutBlocks = (text: string): string => text.replace(/^```.*?^```$/gms, '')
