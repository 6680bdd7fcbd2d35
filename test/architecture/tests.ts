/** A test that does not run proves nothing: none is skipped, put off, or alone. */
import { Visitor } from 'oxc-parser'
import type { Finding, Parsed } from './parse.ts'
import { isTest } from './sources.ts'

const runners = new Set(['test', 'it', 'describe', 'suite', 't'])
const modes = new Set(['only', 'skip', 'todo'])

export function judgeTests(file: Parsed): Finding[] {
  if (!isTest(file.path)) return []
  const findings: Finding[] = []
  const report = (offset: number, mode: string): void => {
    findings.push({
      path: file.path,
      line: file.lineAt(offset),
      says: `has a test with "${mode}": run it or delete it`,
    })
  }
  new Visitor({
    CallExpression(node) {
      const { callee } = node
      if (
        callee.type === 'MemberExpression' &&
        callee.object.type === 'Identifier' &&
        callee.property.type === 'Identifier'
      ) {
        if (runners.has(callee.object.name) && modes.has(callee.property.name)) report(node.start, callee.property.name)
      }
      if (callee.type !== 'Identifier' || !runners.has(callee.name)) return
      for (const argument of node.arguments) {
        if (argument.type !== 'ObjectExpression') continue
        for (const each of argument.properties) {
          if (each.type !== 'Property' || each.key.type !== 'Identifier') continue
          if (modes.has(each.key.name)) report(each.start, each.key.name)
        }
      }
    },
  }).visit(file.program)
  return findings
}
