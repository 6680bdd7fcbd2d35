import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { formatLine, parseLine, type ExportedApp, type ExportedConnection } from './export-lines.ts'
import { planApp, planConnection, type ConnectionPlan, type ImportTerms, type There } from './plan-import.ts'

const app: ExportedApp = {
  ...{ kind: 'app', tenant: 'default', name: 'nightly', loginUrl: 'https://login.salesforce.com', clientId: '3MVG9' },
  ...{ redirectUri: null, scopes: null, authentication: 'post', secret: 's3cr3t' },
}
const entry: ExportedConnection = {
  ...{ kind: 'connection', tenant: 'default', id: 'acme', app: 'nightly', loginUrl: 'https://login.salesforce.com' },
  ...{ orgId: null, userId: null, username: null, instanceUrl: null, state: 'alive', why: null, generation: 5 },
  ...{ soleHolder: true, refreshToken: '5Aep5', access: { token: '00D!at', issuedAt: 1, expiresAt: null } },
  ...{
    sessionSeconds: null,
    lastExchangeAt: 9,
    lastEgress: null,
    createdAt: 1000,
    authorizedAt: 1000,
    handedOver: true,
  },
}
const terms: ImportTerms = { replace: false, exporterStopped: false }
const there: There = { generation: 5, createdAt: 1000, handedOver: false, sameToken: false }
type Bend = {
  readonly there?: Partial<There> | undefined
  readonly entry?: Partial<ExportedConnection>
  readonly terms?: Partial<ImportTerms>
  readonly app?: ExportedApp | undefined
}
function planned(bend: Bend): ConnectionPlan {
  const here = {
    there: bend.there === undefined ? undefined : { ...there, ...bend.there },
    app: 'app' in bend ? bend.app : app,
    exported: app,
  }
  return planConnection({ ...entry, ...bend.entry }, here, { ...terms, ...bend.terms })
}
const shortly = (plan: ConnectionPlan): string =>
  plan.kind === 'create' || plan.kind === 'replace'
    ? `${plan.kind} at ${plan.generation}${plan.ask ? ', asking' : ''}`
    : plan.kind

describe('an exported connection', () => {
  const plans: Readonly<Record<string, readonly [Bend, string]>> = {
    'that is not here yet is taken at its generation': [{}, 'create at 5'],
    'that was not handed over is asked about first': [{ entry: { handedOver: false } }, 'create at 5, asking'],
    'that was not handed over, of a keeper that was stopped, is taken as it is': [
      { entry: { handedOver: false }, terms: { exporterStopped: true } },
      'create at 5',
    ],
    'that has to be authorized again is not asked about': [
      { entry: { handedOver: false, state: 'reauthorization-required' } },
      'create at 5',
    ],
    'whose token is here already is the same, e.g. when an import is done again': [
      { there: { sameToken: true } },
      'same',
    ],
    'whose token is here, under a higher generation, is the same': [
      { there: { sameToken: true, generation: 9 } },
      'same',
    ],
    'that went from here and was not used elsewhere is refused': [
      { there: { sameToken: true, handedOver: true } },
      'refused',
    ],
    'L-48: of an older generation is refused': [{ there: { generation: 6 } }, 'refused'],
    'L-48: of an older generation is refused even to replace': [
      { there: { generation: 6 }, terms: { replace: true } },
      'refused',
    ],
    'L-48: of an older generation is refused where it was handed over as well': [
      { there: { generation: 6, handedOver: true }, terms: { replace: true } },
      'refused',
    ],
    'of a newer generation is refused while it is in use here: two vaults have been used': [
      { there: { generation: 4 } },
      'refused',
    ],
    'of a newer generation comes back to where it was handed over': [
      { there: { generation: 4, handedOver: true } },
      'replace at 5',
    ],
    'of the same generation with another token is refused': [{ there: {} }, 'refused'],
    'of the same generation with another token replaces it if that is said, at a generation that was never here': [
      { there: {}, terms: { replace: true } },
      'replace at 6',
    ],
    'of another connection of that name is refused': [{ there: { createdAt: 7, generation: 1 } }, 'refused'],
    'of another connection of that name replaces it if that is said': [
      { there: { createdAt: 7, generation: 1 }, terms: { replace: true } },
      'replace at 5',
    ],
    'of another connection of that name, older or not, never goes under a generation that was here': [
      { there: { createdAt: 7, generation: 9 }, terms: { replace: true } },
      'replace at 10',
    ],
    'without its app is refused': [{ app: undefined }, 'refused'],
    'whose app is another client here is refused': [{ app: { ...app, clientId: 'other' } }, 'refused'],
    'whose app has another secret here is taken': [{ app: { ...app, secret: 'newer' } }, 'create at 5'],
  }
  for (const [sentence, [bend, expected]] of Object.entries(plans))
    test(sentence, () => equal(shortly(planned(bend)), expected))

  test('that is refused is told why, and what to do', () => {
    for (const [bend] of Object.values(plans)) {
      const plan = planned(bend)
      if (plan.kind !== 'refused') continue
      match(plan.why, /\w+ \w+/)
      match(plan.next, /^[A-Z].*(?:\.|acme)$/)
      equal(plan.why.includes('5Aep5'), false)
    }
  })

  test('L-48: never lowers a generation, and never repeats one with another token, whatever is here', () => {
    const any = fc.record({
      generation: fc.nat(20),
      createdAt: fc.nat(2),
      handedOver: fc.boolean(),
      sameToken: fc.boolean(),
    })
    fc.assert(
      fc.property(
        any,
        fc.record({ generation: fc.nat(20), createdAt: fc.nat(2) }),
        fc.boolean(),
        (here, bent, replace) => {
          const plan = planned({ there: here, entry: bent, terms: { replace } })
          if (plan.kind === 'replace') ok(plan.generation > here.generation)
        },
      ),
    )
  })
})

describe('an exported app', () => {
  const plan = (about: Partial<ExportedApp>, replace = false): string =>
    planApp(app, { ...app, ...about }, { replace }).kind
  test('is made where there is none, and the same where nothing differs', () => {
    equal(planApp(app, undefined, { replace: false }).kind, 'create')
    equal(plan({}), 'same')
  })
  test('with another secret gives way only if that is said', () => {
    deepEqual([plan({ secret: 'x' }), plan({ secret: 'x' }, true)], ['refused', 'replace'])
  })
  test('of another client is refused in any case', () => {
    deepEqual(
      [plan({ clientId: 'x' }, true), plan({ loginUrl: 'https://test.salesforce.com' }, true)],
      ['refused', 'refused'],
    )
  })
})

describe('a line of an export', () => {
  const lines = [
    { kind: 'vault', export: 'e', exportedAt: 5 } as const,
    app,
    entry,
    { ...entry, access: null },
    { kind: 'end', apps: 1, connections: 2 } as const,
  ]
  for (const line of lines)
    test(`of a ${line.kind} is read as it was written`, () => {
      deepEqual(parseLine(formatLine(line)), { ok: true, value: line })
    })

  test('in which anything is missing or of another type is refused by its name, without its content', () => {
    for (const line of lines)
      for (const name of Object.keys(line).filter((each) => each !== 'kind')) {
        const parsed = parseLine(JSON.stringify({ ...line, [name]: undefined, refreshToken2: 's3cr3t' }))
        match(parsed.ok ? `${line.kind} without ${name} was read` : parsed.fault, new RegExp(`usable "${name}"`))
      }
    for (const text of ['', '[]', 'null', '{"kind":"other"}', '"x"', '{']) equal(parseLine(text).ok, false)
    equal(parseLine(JSON.stringify({ ...entry, generation: 1.5 })).ok, false)
    equal(parseLine(JSON.stringify({ ...entry, access: { token: 1 } })).ok, false)
  })

  test('is read or refused, whatever it is', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseLine(text)))
  })
})
