import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { emptyFolder, sallyport, type Ended } from './command.ts'

async function check(t: TestContext, text: string, ...args: readonly string[]): Promise<Ended> {
  const cwd = await emptyFolder(t)
  await writeFile(join(cwd, 'sallyport.yaml'), text)
  return await sallyport(['config', 'check', ...args], { cwd })
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
