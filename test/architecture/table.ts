/** Which folder may import which: the table of the house, as data. Everything else in this folder only applies it. */

export type Zone = {
  readonly name: string
  /** A file belongs to the zone with the longest matching start of its path. */
  readonly at: string
  /** Zones that it may import, besides itself. */
  readonly may: readonly string[] | 'everything'
  /** npm packages that it may import. A new one is a line here and a line in docs/decisions/README.md. */
  readonly packages: readonly string[] | 'any'
  /** Pure: no `node:*`, nothing that waits, no clock, randomness, environment or console (see ambient.ts). */
  readonly pure?: true
}

const pure = { packages: [], pure: true } as const

/** Outer systems talk to each other over HTTP, or meet in src/system.ts. */
const systems: readonly { readonly name: string; readonly packages: readonly string[] }[] = [
  { name: 'org', packages: ['fastify', '@fastify/swagger', 'jose', 'pino'] },
  { name: 'gateway', packages: ['fastify', '@fastify/swagger', 'pino'] },
  { name: 'keeper', packages: ['fastify', 'jose', 'pino'] },
  { name: 'cutover', packages: ['fastify', 'pino', 'jsforce'] },
  { name: 'audit', packages: ['pino'] },
  { name: 'console', packages: ['fastify', 'pino'] },
]

const configured = systems.filter(({ name }) => name !== 'cutover')

export const zones: readonly Zone[] = [
  { name: 'values', at: 'src/values/', may: [], ...pure },
  { name: 'ip', at: 'src/ip/', may: ['values'], ...pure },

  // If it decides, it lives in rules/.
  ...systems.map(({ name }): Zone => ({
    name: `${name}/rules`,
    at: `src/${name}/rules/`,
    may: ['ip', 'values'],
    ...pure,
  })),

  // What a system lets the configuration file say; the only file of a system that src/config may import. A cutover has a file of its own.
  ...configured.map(({ name }): Zone => ({
    name: `${name}/configuration`,
    at: `src/${name}/configuration.ts`,
    may: [`${name}/rules`, 'documents', 'ip', 'values'],
    packages: [],
  })),

  // Never another system. The tables and queries of a system are in its store/, over storage.
  ...systems.map(({ name, packages }): Zone => ({
    name,
    at: `src/${name}/`,
    may: [`${name}/rules`, `${name}/configuration`, 'http', 'storage', 'streams', 'documents', 'ip', 'values'],
    packages,
  })),

  // Parsing of YAML and JSON documents with their line and column; no I/O.
  { name: 'documents', at: 'src/documents/', may: ['ip', 'values'], packages: ['yaml'] },

  // What is said on a connection before a tunnel is there. Knows no system.
  { name: 'streams', at: 'src/streams/', may: ['ip', 'values'], packages: [] },

  // What APIs are made of: routes behind a bearer token, problem details, the OpenAPI document. Knows no system.
  {
    name: 'http',
    at: 'src/http/',
    may: ['documents', 'values'],
    packages: ['fastify', '@fastify/swagger'],
  },

  // Knows no system: engines, transactions, group commit, leases, migrations.
  { name: 'storage', at: 'src/storage/', may: ['values'], packages: ['pg'] },

  {
    name: 'config',
    at: 'src/config/',
    may: [...configured.map(({ name }) => `${name}/configuration`), 'documents', 'ip', 'values'],
    packages: ['yaml'],
  },

  // Where systems meet storage, clock, randomness and network.
  { name: 'system', at: 'src/system.ts', may: 'everything', packages: 'any' },
  { name: 'testing', at: 'src/testing.ts', may: 'everything', packages: 'any' },
  // what is imported by whoever has the package: `sallyport/keeper`
  { name: 'library', at: 'src/keeper.ts', may: ['system', 'keeper', 'keeper/rules', 'values'], packages: [] },
  { name: 'cli', at: 'src/cli/', may: 'everything', packages: 'any' },

  // Outside src: these see everything, and nothing in src sees them.
  { name: 'test', at: 'test/', may: 'everything', packages: 'any' },
  { name: 'tools', at: 'tools/', may: 'everything', packages: 'any' },
]

/** A test beside its file may import what the file may, and these; `node:*` too, and the suites of test/ unless its zone is pure. */
export const packagesForTests: readonly string[] = ['fast-check']

/** What may import everything still does not import these: nothing depends on the command line or on a test. */
export const importedByNobody: readonly string[] = ['cli', 'test', 'tools']

/** Clock and randomness are read here; everyone else is given them. */
export const readsClockAndRandomness: readonly string[] = ['system', 'storage']

/** What starts a thread is handed the name of its module and may import it, and what runs the code of a page has written it to a folder of its own; a
 *  computed name anywhere else hides an edge. */
export const importsByGivenName: readonly string[] = [
  'src/storage/sqlite/writer-thread.ts',
  'tools/tests-in-one-process.ts',
  'test/readme/guide-recipe.ts',
]

/** The environment is read here. */
export const readsEnvironment: readonly string[] = ['config']

/** A cast to a brand is a claim that the text was checked; only these may make it. */
export const castsToBrands: readonly string[] = ['values', 'ip']
