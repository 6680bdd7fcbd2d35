/** The fenced blocks of the pages, and what each says of itself after its language. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** How a block is held to what it says. */
export type Use =
  /** `ts`: type-checked against the package; run as well where it is a test of `node:test`. */
  | { readonly kind: 'types' }
  /** `sh`, `sh exit=1`, `sh says: words of its output`: run in the throw-away folder of its page, in the order of the page. */
  | { readonly kind: 'run'; readonly exit: number; readonly says: string }
  /** `sh service`: started, and stopped at the end of the page or by the next service. */
  | { readonly kind: 'service' }
  /** `yaml file=org.yaml`: written to the folder of its page under this name. */
  | { readonly kind: 'file'; readonly name: string }
  /** `sh no-run: why`: counted and printed. */
  | { readonly kind: 'not run'; readonly why: string }
  /** `console`, `json`, … : shown, not executable. */
  | { readonly kind: 'shown' }

export type Block = { readonly page: string; readonly line: number; readonly text: string; readonly use: Use }

/** README and everything under docs, but the decisions, which tell of their day, and what is generated from declarations. */
export function pagesOf(root: string): string[] {
  const pages = globSync('docs/**/*.md', { cwd: root, exclude: ['docs/decisions/**'] }).toSorted()
  return ['README.md', ...pages]
}

export const blocksOn = (root: string, page: string): Block[] => parse(page, readFileSync(join(root, page), 'utf8'))

/** Throws where a block says something of itself that nothing here understands: it would otherwise be passed over in silence. */
export function parse(page: string, text: string): Block[] {
  const blocks: Block[] = []
  const lines = text.split('\n')
  for (let n = 0; n < lines.length; n += 1) {
    const [, fence, info] = /^(`{3,})(.*)$/.exec(lines[n] ?? '') ?? []
    if (fence === undefined || info === undefined) continue
    const end = lines.indexOf(fence, n + 1)
    if (end === -1) throw new Error(`${page}:${n + 1}: the block has no end`)
    const use = useOf(info.trim())
    if (use === undefined) throw new Error(`${page}:${n + 1}: "${info}" is no kind of block that is tested`)
    blocks.push({ page, line: n + 1, text: `${lines.slice(n + 1, end).join('\n')}\n`, use })
    n = end
  }
  return blocks
}

const shown = new Set(['console', 'json', 'text', 'yaml', 'http', 'js', 'python', 'java', 'csharp', 'xml'])

function useOf(info: string): Use | undefined {
  const [, language = '', rest = ''] = /^(\S*)\s*(.*)$/.exec(info) ?? []
  const [, why] = /^no-run: (\S.*)$/.exec(rest) ?? []
  const [, name] = /^file=([\w.-]+)$/.exec(rest) ?? []
  const [command, exit = '0', says = ''] = /^(?:exit=(\d+) ?)?(?:says: (\S.*))?$/.exec(rest) ?? []
  if (name !== undefined) return { kind: 'file', name }
  if (language === 'ts' && rest === '') return { kind: 'types' }
  if (language === 'sh' && why !== undefined) return { kind: 'not run', why }
  if (language === 'sh' && rest === 'service') return { kind: 'service' }
  if (language === 'sh' && command !== undefined) return { kind: 'run', exit: Number(exit), says }
  return shown.has(language) && rest === '' ? { kind: 'shown' } : undefined
}
