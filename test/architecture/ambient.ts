/** What is taken from the air instead of being handed in: the environment, the clock, randomness, the network. */
import { Visitor, type VisitorObject } from 'oxc-parser'
import { zoneOf } from './imports.ts'
import type { Finding, Parsed } from './parse.ts'
import { isTest } from './sources.ts'
import { readsClockAndRandomness, readsEnvironment } from './table.ts'

const clockAndRandomness = new Set([
  'Date.now',
  'performance.now',
  'performance.timeOrigin',
  'process.hrtime',
  'process.uptime',
  'Math.random',
  'crypto.getRandomValues',
  'crypto.randomUUID',
  'crypto.randomBytes',
  'crypto.randomInt',
])
const importedClockAndRandomness = new Set([
  'node:perf_hooks performance',
  'node:process hrtime',
  'node:process uptime',
  ...['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID', 'getRandomValues', 'webcrypto'].map(
    (name) => `node:crypto ${name}`,
  ),
])
/** Globals that wait, read or write: a pure file names none of them. */
const impure = new Set([
  ...['process', 'globalThis', 'console', 'performance', 'crypto', 'navigator', 'localStorage', 'Atomics'],
  ...['fetch', 'WebSocket', 'EventSource', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
])

export function judgeAmbient(file: Parsed): Finding[] {
  const zone = zoneOf(file.path)
  if (zone === undefined || !file.path.startsWith('src/') || isTest(file.path)) return []
  const findings: Finding[] = []
  const report = (offset: number, says: string): void => {
    findings.push({ path: file.path, line: file.lineAt(offset), says })
  }
  if (!readsClockAndRandomness.includes(zone.name)) {
    new Visitor(
      clockVisitor((at, name) => report(at, `reads ${name}: take the instant or the bytes as an argument`)),
    ).visit(file.program)
  }
  if (!readsEnvironment.includes(zone.name)) {
    new Visitor(environmentVisitor((at) => report(at, 'reads the environment: only src/config does'))).visit(
      file.program,
    )
  }
  if (zone.pure) {
    new Visitor(
      impureVisitor((at, name) => report(at, `${zone.name} is pure and has ${name}: what waits lives elsewhere`)),
    ).visit(file.program)
  }
  return findings
}

type Report = (offset: number, name: string) => void

function clockVisitor(report: Report): VisitorObject {
  return {
    ImportDeclaration(node) {
      for (const each of node.specifiers) {
        if (each.type !== 'ImportSpecifier' || each.imported.type !== 'Identifier') continue
        const name = `${node.source.value} ${each.imported.name}`
        if (importedClockAndRandomness.has(name)) report(node.start, name)
      }
    },
    MemberExpression(node) {
      if (node.object.type !== 'Identifier' || node.property.type !== 'Identifier') return
      const name = `${node.object.name}.${node.property.name}`
      if (clockAndRandomness.has(name)) report(node.start, name)
      if (node.object.name === 'Temporal' && node.property.name === 'Now') report(node.start, name)
    },
    NewExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0)
        report(node.start, 'new Date()')
    },
    CallExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date') report(node.start, 'Date()')
    },
  }
}

/** `process.exitCode` and the like are fine; `process` handed on as a whole would carry the environment with it. */
function environmentVisitor(report: Report): VisitorObject {
  const harmless = new Set<number>()
  return {
    ImportDeclaration(node) {
      if (node.source.value !== 'node:process') return
      for (const each of node.specifiers) {
        if (each.type !== 'ImportSpecifier') harmless.add(each.local.start)
        else if (each.imported.type === 'Identifier' && each.imported.name === 'env') report(node.start, 'env')
      }
    },
    MemberExpression(node) {
      if (node.object.type === 'Identifier' && node.object.name === 'globalThis') harmless.add(node.property.start)
      const named = node.property.type === 'Identifier' && !node.computed
      if (named && node.property.name !== 'env' && isProcess(node.object)) harmless.add(node.object.start)
      if (named && !isProcess(node.object)) harmless.add(node.property.start)
      if (named && node.property.name === 'process' && isGlobalThis(node.object)) report(node.start, 'process')
    },
    Property(node) {
      if (!node.computed && !node.shorthand) harmless.add(node.key.start)
    },
    TSPropertySignature: (node) => void harmless.add(node.key.start),
    Identifier(node) {
      if (node.name === 'process' && !harmless.has(node.start)) report(node.start, 'process')
    },
  }
}

function impureVisitor(report: Report): VisitorObject {
  const keys = new Set<number>()
  return {
    MemberExpression(node) {
      if (!node.computed) keys.add(node.property.start)
    },
    Property(node) {
      if (!node.computed && !node.shorthand) keys.add(node.key.start)
    },
    TSPropertySignature: (node) => void keys.add(node.key.start),
    Identifier(node) {
      if (impure.has(node.name) && !keys.has(node.start)) report(node.start, node.name)
    },
    AwaitExpression: (node) => report(node.start, 'await'),
    MetaProperty(node) {
      if (node.meta.name === 'import') report(node.start, 'import.meta')
    },
    FunctionDeclaration(node) {
      if (node.async) report(node.start, 'an async function')
    },
    FunctionExpression(node) {
      if (node.async) report(node.start, 'an async function')
    },
    ArrowFunctionExpression(node) {
      if (node.async) report(node.start, 'an async function')
    },
  }
}

const isProcess = (node: { readonly type: string; readonly name?: unknown }): boolean =>
  node.type === 'Identifier' && node.name === 'process'
const isGlobalThis = (node: { readonly type: string; readonly name?: unknown }): boolean =>
  node.type === 'Identifier' && node.name === 'globalThis'
