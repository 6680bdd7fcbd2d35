import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { emptyFolder, sallyport, type Ended } from './command.ts'

async function check(t: TestContext, text: string, ...args: readonly string[]): Promise<Ended> {
  const cwd = await emptyFolder(t)
  await writeFile(join(cwd, 'sallyport.yaml'), text)
  return await sallyport(['config', 'check', ...args], { cwd })
}

/** A configuration in a folder of its own, and beside it the org file that it names. */
async function checkBoth(t: TestContext, orgFile: string | undefined, ...args: readonly string[]): Promise<Ended> {
  const cwd = await emptyFolder(t)
  await mkdir(join(cwd, 'conf'))
  await writeFile(join(cwd, 'conf', 'sallyport.yaml'), 'org: { file: org.yaml }')
  if (orgFile !== undefined) await writeFile(join(cwd, 'conf', 'org.yaml'), orgFile)
  return await sallyport(['config', 'check', 'conf/sallyport.yaml', ...args], { cwd })
}

describe('config check', () => {
  const refused: Readonly<Record<string, readonly [text: string, ...expected: RegExp[]]>> = {
    'malformed YAML is refused with line and column': [
      'org: {\n  listen: [',
      /^sallyport\.yaml:2:\d+: malformed YAML: /m,
      /^Try: Mend the YAML/m,
    ],
    'an unknown key names the nearest known one': [
      'org:\n  rotationMod: strict\n',
      /^sallyport\.yaml:2:3: org\.rotationMod: the key "rotationMod" is not known$/m,
      /^Try: Did you mean rotationMode\?$/m,
    ],
    'an unknown value lists the known ones': [
      'org: { rotationMode: stric }',
      /^sallyport\.yaml:1:\d+: org\.rotationMode: /m,
      /strict, overlap, until-used/,
    ],
    'a wrong type says what is expected': [
      'org: { overlapSeconds: soon }',
      /org\.overlapSeconds: .*"soon".*whole number/,
    ],
    'a name that is given twice is refused': [
      'org: {}\norg: {}\n',
      /^sallyport\.yaml:2:1: the key org is given twice/m,
    ],
    'all faults come together': ['storge: x\norg: { listen: 1 }\n', /"storge" is not known/, /org\.listen/],
  }
  for (const [sentence, [text, ...expected]] of Object.entries(refused)) {
    test(sentence, async (t) => {
      const { code, stdout, stderr } = await check(t, text)
      deepEqual({ code, stdout }, { code: 1, stdout: '' })
      for (const each of expected) match(stderr, each)
    })
  }

  test('a file in order is called so', async (t) => {
    const { code, stdout, stderr } = await check(t, 'org: { rotationMode: overlap }')
    deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'sallyport.yaml is in order.\n', stderr: '' })
  })

  test('a secret that is written out is warned of and not shown', async (t) => {
    const { code, stdout, stderr } = await check(t, 'keeper: { proxy: "http://u:canary-7f1@h:1" }')
    equal(code, 0)
    match(stdout, /in order, with 1 warning\./)
    match(stderr, /^Warning: sallyport\.yaml:1:\d+: keeper\.proxy: /m)
    doesNotMatch(stdout + stderr, /canary/)
  })

  test('the org file that it names is judged too, with lines and columns of its own', async (t) => {
    const wrong = 'externalClientApps:\n  - name: Sync\n    contactEmial: a@b.example\n'
    const { code, stdout, stderr } = await checkBoth(t, wrong)
    deepEqual({ code, stdout }, { code: 1, stdout: '' })
    match(stderr, /^conf[/]org\.yaml:3:5: externalClientApps\[0\]\.contactEmial: the key "contactEmial" is not known$/m)
    match(stderr, /^Try: Did you mean contactEmail\?$/m)
  })

  test('an org file in order is called so, and its warnings are told', async (t) => {
    const { code, stdout, stderr } = await checkBoth(t, 'users: [{ username: a@b.example, password: canary-7f1 }]')
    equal(code, 0)
    equal(stdout, 'conf/sallyport.yaml is in order.\nconf/org.yaml is in order, with 1 warning.\n')
    match(stderr, /^Warning: conf[/]org\.yaml:1:\d+: users\[0\]\.password: /m)
    doesNotMatch(stderr, /canary/)
  })

  test('an org file that is not there is named', async (t) => {
    const { code, stderr } = await checkBoth(t, undefined)
    equal(code, 1)
    match(stderr, /^the org file conf[/]org\.yaml does not exist$/m)
  })

  test('--json has the faults of the org file with their places', async (t) => {
    const { code, stdout } = await checkBoth(t, 'users:\n  - { username: 7 }\n', '--json')
    equal(code, 1)
    const { valid, orgFile, faults } = JSON.parse(stdout) as {
      valid: boolean
      orgFile: string
      faults: { where: { file: string; line: number } }[]
    }
    deepEqual({ valid, orgFile }, { valid: false, orgFile: 'conf/org.yaml' })
    deepEqual(new Set(faults.map(({ where }) => `${where.file}:${where.line}`)), new Set(['conf/org.yaml:2']))
  })

  test('--json gives the faults with their places to programs', async (t) => {
    const { code, stdout } = await check(t, 'org:\n  rotationMod: strict\n', '--json')
    equal(code, 1)
    const { valid, faults } = JSON.parse(stdout) as { valid: boolean; faults: { where: { line: number } }[] }
    deepEqual([valid, faults.map(({ where }) => where.line)], [false, [2]])
  })

  test('a file that is not there is named', async (t) => {
    const { code, stderr } = await sallyport(['config', 'check', 'other.yaml'], { cwd: await emptyFolder(t) })
    equal(code, 1)
    match(stderr, /^the configuration file other\.yaml does not exist$/m)
  })
})

test('config schema prints a JSON Schema', async (t) => {
  const { code, stdout } = await sallyport(['config', 'schema'], { cwd: await emptyFolder(t) })
  equal(code, 0)
  const schema = JSON.parse(stdout) as { $schema: string; properties: Record<string, unknown> }
  match(schema.$schema, /json-schema\.org/)
  deepEqual(Object.keys(schema.properties).slice(0, 2), ['storage', 'org'])
})
