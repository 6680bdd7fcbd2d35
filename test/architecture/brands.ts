/** `text as GrantId` says "I checked it". Only the folders that check may say so. */
import { Visitor, type TSType } from 'oxc-parser'
import { zoneOf } from './imports.ts'
import type { Finding, Parsed } from './parse.ts'
import { castsToBrands } from './table.ts'

/** Names of the exported types of the form `… & { readonly __brand: … }`. */
export function brandsIn(files: readonly Parsed[]): Set<string> {
  const brands = new Set<string>()
  for (const file of files) {
    if (!castsToBrands.includes(zoneOf(file.path)?.name ?? '')) continue
    new Visitor({
      TSTypeAliasDeclaration(node) {
        if (isBrand(node.typeAnnotation)) brands.add(node.id.name)
      },
    }).visit(file.program)
  }
  return brands
}

export function judgeBrands(file: Parsed, brands: ReadonlySet<string>): Finding[] {
  const zone = zoneOf(file.path)
  if (zone === undefined || castsToBrands.includes(zone.name)) return []
  const findings: Finding[] = []
  const look = (type: TSType, offset: number): void => {
    if (type.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return
    const name = type.typeName.name
    if (!brands.has(name)) return
    findings.push({
      path: file.path,
      line: file.lineAt(offset),
      says: `casts to the brand ${name}: call its maker in values/ or ip/`,
    })
  }
  new Visitor({
    TSAsExpression: (node) => look(node.typeAnnotation, node.start),
    TSTypeAssertion: (node) => look(node.typeAnnotation, node.start),
  }).visit(file.program)
  return findings
}

function isBrand(type: TSType): boolean {
  if (type.type !== 'TSIntersectionType') return false
  return type.types.some(
    (part) => part.type === 'TSTypeLiteral' && part.members.some((member) => 'key' in member && isBrandKey(member.key)),
  )
}

const isBrandKey = (key: { readonly type: string; readonly name?: unknown }): boolean =>
  key.type === 'Identifier' && key.name === '__brand'
