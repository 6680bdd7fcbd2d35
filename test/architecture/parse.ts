/** One file as the judges see it: its syntax tree, what it imports, and lines instead of offsets. */
import { posix } from 'node:path'
import { parseSync, Visitor, type Expression, type Program } from 'oxc-parser'
import type { Source } from './sources.ts'
import { importsByGivenName } from './table.ts'

export type EdgeKind = 'value' | 'type-only' | 're-export' | 'dynamic' | 'asset URL'

/** `to` is a path from the root for a relative import, otherwise the name as written. */
export type Edge = {
  readonly from: string
  readonly line: number
  readonly kind: EdgeKind
  readonly to: string
  readonly relative: boolean
}

export type Finding = { readonly path: string; readonly line: number; readonly says: string }

export type Parsed = {
  readonly path: string
  readonly program: Program
  readonly edges: readonly Edge[]
  readonly findings: readonly Finding[]
  readonly lineAt: (offset: number) => number
}

export function parse({ path, text }: Source): Parsed {
  const { program, module, errors } = parseSync(path, text)
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length
  const edges: Edge[] = []
  const findings: Finding[] = errors.map((error) => ({
    path,
    line: lineAt(error.labels[0]?.start ?? 0),
    says: `cannot be parsed: ${error.message}`,
  }))

  const add = (kind: EdgeKind, name: string, offset: number): void => {
    const relative = name.startsWith('.')
    const to = relative ? posix.join(posix.dirname(path), name) : name
    edges.push({ from: path, line: lineAt(offset), kind, to, relative })
  }

  for (const each of module.staticImports) {
    const typeOnly = each.entries.length > 0 && each.entries.every((entry) => entry.isType)
    add(typeOnly ? 'type-only' : 'value', each.moduleRequest.value, each.start)
  }
  for (const each of module.staticExports) {
    const from = each.entries.find((entry) => entry.moduleRequest !== null)
    if (from?.moduleRequest) add('re-export', from.moduleRequest.value, each.start)
  }
  new Visitor({
    ImportExpression(node) {
      const name = literal(node.source)
      if (name !== undefined) return add('dynamic', name, node.start)
      if (importsByGivenName.includes(path)) return
      findings.push({
        path,
        line: lineAt(node.start),
        says: 'imports a computed name, which nothing can check: write it out',
      })
    },
    TSImportType: (node) => add('type-only', node.source.value, node.start),
    NewExpression(node) {
      const [name, base] = node.arguments
      if (name === undefined || !isImportMetaUrl(base)) return
      const file = name.type === 'SpreadElement' ? undefined : literal(name)
      if (file?.startsWith('.')) add('asset URL', file, node.start)
    },
  }).visit(program)
  return { path, program, edges, findings, lineAt }
}

function literal(node: Expression): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]?.value.cooked ?? undefined
  return undefined
}

function isImportMetaUrl(node: { readonly type: string } | undefined): boolean {
  if (node?.type !== 'MemberExpression') return false
  return 'object' in node && isMetaProperty(node.object)
}

const isMetaProperty = (node: unknown): boolean =>
  typeof node === 'object' && node !== null && 'type' in node && node.type === 'MetaProperty'
