/** What became of one test, as node:test tells it and as we count it. */
import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

export type Outcome =
  | { readonly kind: 'passed'; readonly file: string; readonly name: string }
  | { readonly kind: 'failed'; readonly file: string; readonly name: string; readonly why: string }
  /** Skipped, put off, or a file without a single test: what did not run proves nothing, so it counts as failed. */
  | { readonly kind: 'did not run'; readonly file: string; readonly name: string; readonly why: string }
  | { readonly kind: 'printed'; readonly file: string; readonly text: string }
  /** The last one; without it the run broke off. */
  | { readonly kind: 'end' }

/** Suites are not counted, only the tests in them; a suite whose own hook fails is. */
export function outcomeOf(event: TestEvent, from: string): Outcome | undefined {
  if (event.type === 'test:pass') return passed(event.data, from)
  if (event.type === 'test:fail') return failed(event.data, from)
  if (event.type !== 'test:stdout' && event.type !== 'test:stderr') return undefined
  return { kind: 'printed', file: relative(from, event.data.file ?? ''), text: event.data.message }
}

type Passed = Extract<TestEvent, { type: 'test:pass' }>['data']
type Failed = Extract<TestEvent, { type: 'test:fail' }>['data']

function passed(data: Passed, from: string): Outcome | undefined {
  if (data.details.type === 'suite') return undefined
  const at = { file: relative(from, data.file ?? ''), name: data.name }
  if (data.skip !== undefined) return { kind: 'did not run', ...at, why: `skipped${reason(data.skip)}` }
  if (data.todo !== undefined) return { kind: 'did not run', ...at, why: `put off${reason(data.todo)}` }
  // node:test passes a file that registers nothing, as a test with the file's own name
  if (data.nesting === 0 && data.file?.endsWith(data.name))
    return { kind: 'did not run', ...at, why: 'the file has no test' }
  return { kind: 'passed', ...at }
}

function failed(data: Failed, from: string): Outcome | undefined {
  const { error } = data.details
  const because = 'failureType' in error ? error.failureType : undefined
  if (data.details.type === 'suite' && because === 'subtestsFailed') return undefined
  const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : error.message
  const where = `${relative(from, data.file ?? '')}:${data.line ?? 1}`
  return { kind: 'failed', file: relative(from, data.file ?? ''), name: data.name, why: `${where}\n${cause}` }
}

const reason = (text: string | boolean): string => (typeof text === 'string' ? `: ${text}` : '')
