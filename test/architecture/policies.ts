/** One file a Salesforce policy, one line in the list: a file that is not in the list would decide nothing, silently. */
import { Visitor } from 'oxc-parser'
import type { Finding, Parsed } from './parse.ts'
import { isTest } from './sources.ts'

const folder = 'src/org/rules/policies/'
const list = `${folder}list.ts`

export const isPolicy = (path: string): boolean => path.startsWith(folder) && path !== list && !isTest(path)

export function judgePolicies(files: readonly Parsed[]): Finding[] {
  const policies = files.filter((file) => isPolicy(file.path))
  const listed = new Set(
    (files.find((file) => file.path === list)?.edges ?? [])
      .filter((edge) => edge.kind === 'value')
      .map((edge) => edge.to),
  )
  return policies.flatMap((file): Finding[] => {
    const findings: Finding[] = []
    if (!listed.has(file.path))
      findings.push({ path: file.path, line: 1, says: `is a policy that ${list} does not import: add its line` })
    if (!citesFact(file))
      findings.push({ path: file.path, line: 1, says: "is a policy without a fact: give it `fact: 'SF-nn'`" })
    return findings
  })
}

function citesFact(file: Parsed): boolean {
  let cites = false
  new Visitor({
    Property(node) {
      const named = node.key.type === 'Identifier' && node.key.name === 'fact'
      if (named && node.value.type === 'Literal' && /^SF-\d+$/.test(String(node.value.value))) cites = true
    },
  }).visit(file.program)
  return cites
}
