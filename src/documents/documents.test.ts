import { deepEqual, equal, match, throws } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { fault, ok } from '../values/result.ts'
import type { JsonSchema } from '../values/schema.ts'
import { Secret } from '../values/secret.ts'
import { parseDuration } from './duration.ts'
import { faultLine } from './fault.ts'
import { formats, listenAddress } from './formats.ts'
import { editDistance, nearest } from './nearest.ts'
import { resolveSecrets, secretSchema } from './secrets.ts'
import { validateDocument } from './validate.ts'
import { nowhere, parseYamlDocument, type YamlDocument } from './yaml-document.ts'

function yaml(text: string): YamlDocument {
  const parsed = parseYamlDocument(text, 'a.yaml')
  if (!parsed.ok) throw new Error(parsed.fault.map(faultLine).join('\n'))
  return parsed.value
}

const syntaxFaults = (text: string): string[] => {
  const parsed = parseYamlDocument(text, 'a.yaml')
  return parsed.ok ? [] : parsed.fault.map(faultLine)
}

describe('reading YAML', () => {
  test('an empty document has no value', () => equal(yaml('# only a comment\n').value, undefined))

  test('malformed YAML is reported with line and column', () => {
    const [line] = syntaxFaults('org:\n  listen: [1, 2\nstorage: x\n')
    match(line ?? '', /^a\.yaml:\d+:\d+: malformed YAML: /)
    match(syntaxFaults('a: "open\n').join(), /^a\.yaml:2:1: /)
  })

  test('a key given twice is named where it stands the second time', () =>
    deepEqual(syntaxFaults('a: 1\nb:\n  c: 1\n  c: 2\n'), ['a.yaml:4:3: the key c is given twice in one mapping']))

  test('a second document is refused', () => match(syntaxFaults('a: 1\n---\nb: 2\n').join(), /^a\.yaml:2:\d+: /))

  test('an unknown tag is refused', () =>
    match(syntaxFaults('a: !env X\n').join(), /^a\.yaml:1:4: malformed YAML: Unresolved tag/))

  test('aliases that multiply are refused', () => {
    const levels = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefgh'.split('').map((name, i) => `${name}: &${name} [${`*${'abcdefg'[i]}, `.repeat(9)}]`),
    ]
    equal(syntaxFaults(levels.join('\n')).length, 1)
  })

  test('finds the place of a value, of a key, and of what is nearest', () => {
    const { locate } = yaml('a:\n  - b: 1\n    c: x\nd: &d { e: 2 }\nf: *d\n')
    const at = (...asked: Parameters<typeof locate>) => {
      const where = locate(...asked)
      return where === undefined ? '' : `${where.line}:${where.column}`
    }
    equal(at(['a', 0, 'c']), '3:8')
    equal(at(['a', 0, 'c'], 'key'), '3:5')
    equal(at(['a', 0, 'missing', 'deep']), '2:5')
    equal(at(['f', 'e']), '4:12')
    equal(at([]), '1:1')
  })

  test('a key called __proto__ is a key like others', () => {
    const value: unknown = yaml('__proto__: { polluted: true }\n').value
    deepEqual(Object.keys(Object(value)), ['__proto__'])
    equal('polluted' in {}, false)
  })
})

const schema: JsonSchema = {
  type: 'object',
  default: {},
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 10 },
    mode: { type: 'string', enum: ['strict', 'overlap', 'until-used'], default: 'strict' },
    seconds: { type: 'integer', minimum: 1, maximum: 60, default: 10 },
    ratio: { type: 'number', minimum: 0 },
    on: { type: 'boolean', default: true },
    ahead: { anyOf: [{ type: 'integer', minimum: 1 }, { const: 'none' }], default: 'none' },
    password: secretSchema('A password.'),
    proxies: { type: 'array', items: { type: 'string', format: 'cidr' }, default: [], maxItems: 3 },
    nested: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: { deep: { type: 'boolean', default: false } },
    },
    labels: { type: 'object', additionalProperties: { type: 'string', pattern: '^[a-z]+$' } },
    egress: {
      type: 'array',
      items: {
        anyOf: [
          {
            type: 'object',
            additionalProperties: false,
            required: ['address'],
            properties: { address: { type: 'string', format: 'address' } },
          },
          { type: 'object', additionalProperties: false, required: ['via'], properties: { via: secretSchema('URL.') } },
        ],
      },
    },
  },
}

const judged = (text: string): string[] => {
  const { value, locate } = yaml(text)
  const result = validateDocument(schema, value, locate)
  return result.ok ? ['accepted'] : result.fault.map((each) => `${faultLine(each)} ${each.next}`)
}

describe('validating a document', () => {
  test('fills in defaults, deep ones too, and leaves the rest absent', () => {
    const { value, locate } = yaml('name: a\nnested:\nmode: overlap\n')
    const result = validateDocument(schema, value, locate)
    deepEqual(result.ok && result.value.value, {
      name: 'a', mode: 'overlap', seconds: 10, on: true, ahead: 'none', proxies: [], nested: { deep: false },
    }) // prettier-ignore
  })

  const verdicts = {
    'an unknown key names the nearest': ['name: a\nmoed: strict', ['a.yaml:2:1: moed: the key "moed" is not known Did you mean mode?']],
    'an unknown key deep inside has its place': ['name: a\nnested: { depe: true }', ['a.yaml:2:11: nested.depe: the key "depe" is not known Did you mean deep?']],
    'an unknown key that is near nothing lists what is known': ['name: a\nnested: { colour: red }', ['a.yaml:2:11: nested.colour: the key "colour" is not known Known here: deep.']],
    'an unknown choice lists the known ones': ['name: a\nmode: stric', ['a.yaml:2:7: mode: is the text "stric"; known are strict, overlap, until-used Did you mean strict?']],
    'a wrong type says what is there and what is expected': ['name: a\nseconds: ten', ['a.yaml:2:10: seconds: is the text "ten"; a whole number is expected Write a whole number.']],
    'a number for a text asks for quotes': ['name: 12', ['a.yaml:1:7: name: is the number 12; a text is expected Put it in quotes.']],
    'a number for a text of some form asks for that form, and not for quotes': ['name: a\nproxies: [10]', ['a.yaml:2:11: proxies[0]: is the number 10; an address or a block is expected Write an address or a block.']],
    'a fraction is no whole number': ['name: a\nseconds: 1.5', ['a.yaml:2:10: seconds: is the number 1.5; a whole number is expected Write a whole number.']],
    'a number above its bounds names them': ['name: a\nseconds: 61', ['a.yaml:2:10: seconds: is the number 61; at least 1 and at most 60 is allowed Write a number of at least 1 and at most 60.']],
    'a negative number below a lone bound names it': ['name: a\nratio: -1', ['a.yaml:2:8: ratio: is the number -1; at least 0 is allowed Write a number of at least 0.']],
    'a text for true or false is refused': ['name: a\non: "yes"', ['a.yaml:2:5: on: is the text "yes"; true or false is expected Write true or false.']],
    'a list for a mapping is refused': ['name: a\nnested: [1]', ['a.yaml:2:9: nested: is a list; a mapping is expected Write a mapping.']],
    'a text for a list is refused': ['name: a\nproxies: 10.0.0.1', ['a.yaml:2:10: proxies: is the text "10.0.0.1"; a list is expected Write a list.']],
    'an alternative of neither kind names both': ['name: a\nahead: soon', ['a.yaml:2:8: ahead: is the text "soon"; a whole number or "none" is expected Write a whole number or "none".']],
    'a missing key is asked for': ['mode: strict', ['a.yaml:1:1: name: is missing; a text is expected Add name, a text.']],
    'an empty document misses what is required': ['', ['a.yaml:1:1: name: is missing; a text is expected Add name, a text.']],
    'an entry of a list has its place': ['name: a\nproxies: [10.0.0.0/8, 10.0.0.1/8]', ['a.yaml:2:23: proxies[1]: "10.0.0.1/8" has bits behind its prefix; write 10.0.0.0/8 for the block, or leave out the length for one address Write an address or a block.']],
    'too many entries are refused': ['name: a\nproxies: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4]', ['a.yaml:2:10: proxies: has 4 entries; at most 3 are allowed Remove some of them.']],
    'a text that is too long is not repeated': ['name: abcdefghijk', ['a.yaml:1:7: name: has 11 characters Write at most 10 characters.']],
    'free keys have values of their own schema': ['name: a\nlabels: { any: UP }', ['a.yaml:2:16: labels.any: is the text "UP", which does not have the form ^[a-z]+$ Write it in that form.']],
    'a fault inside an alternative is that of the kind that was meant': ['name: a\negress: [{ via: { evn: X } }]', ['a.yaml:2:17: egress[0].via.env: is missing; a text is expected Add egress[0].via.env, a text: Name of an environment variable.', 'a.yaml:2:19: egress[0].via.evn: the key "evn" is not known Did you mean env?']],
    'what names none of several kinds is asked for one': ['name: a\npassword: {}', ['a.yaml:2:11: password: has none of env, file Give it one of env, file.']],
    'a name that is nearly one of a kind is told that one': ['name: a\npassword: { fiel: b }', ['a.yaml:2:11: password.file: is missing; a text is expected Add password.file, a text: Path of a file; one line break at its end is not part of the secret.', 'a.yaml:2:13: password.fiel: the key "fiel" is not known Did you mean file?']],
    'a name that is nearly none of several kinds is told all': ['name: a\npassword: { elsewhere: b }', ['a.yaml:2:11: password: has none of env, file Give it one of env, file.']],
    'what names two kinds that exclude each other is told so': ['name: a\npassword: { env: A, file: b }', ['a.yaml:2:11: password: has env and file, which exclude each other Leave one of env, file out.']],
    'the value of a secret is not shown': ['name: a\npassword: 31337', ['a.yaml:2:11: password: is a number; { env: … } or { file: … } or a text is expected Write { env: … } or { file: … } or a text.']],
    'all faults are reported together': ['moed: x\nseconds: ten', ['a.yaml:1:1: name: is missing; a text is expected Add name, a text.', 'a.yaml:2:10: seconds: is the text "ten"; a whole number is expected Write a whole number.', 'a.yaml:1:1: moed: the key "moed" is not known Did you mean mode?']],
  } as const // prettier-ignore
  for (const [sentence, [text, expected]] of Object.entries(verdicts))
    test(sentence, () => deepEqual(judged(text), expected))

  test('a key called __proto__ is unknown and pollutes nothing', () => {
    deepEqual(judged('name: a\n__proto__: { on: false }').length, 1)
    equal('on' in {}, false)
  })

  test('a schema with a keyword that is not understood is a bug of ours, not a fault of the document', () => {
    const odd: object = { type: 'string', minContains: 3 }
    throws(() => validateDocument(odd, 'x', nowhere), /minContains/)
    throws(() => validateDocument({ type: 'string', format: 'colour' }, 'x', nowhere), /colour/)
  })
})

describe('secrets in a document', () => {
  const readers = {
    environment: (name: string) => ({ SET: 'from-env', EMPTY: '' })[name],
    file: (path: string) => (path === 'there' ? ok('from-file\r\n') : fault('does not exist')),
  }
  const resolved = (text: string) => {
    const { value, locate } = yaml(text)
    const validated = validateDocument<Record<string, unknown>>(schema, value, locate)
    if (!validated.ok) throw new Error(validated.fault.map(faultLine).join())
    return resolveSecrets(validated.value, readers, locate)
  }
  const exposed = (text: string): string => {
    const result = resolved(text)
    if (!result.ok) return result.fault.map((each) => `${faultLine(each)}. ${each.next}`).join()
    const { password } = result.value.value
    return password instanceof Secret ? password.expose() : 'not a secret'
  }
  const sources = {
    'comes from the environment': ['password: { env: SET }', 'from-env'],
    'comes from a file, without the line break at its end': ['password: { file: there }', 'from-file'],
    'may be written out': ['password: open', 'open'],
    'is missed where the variable is not set': ['password: { env: NONE }', 'a.yaml:2:11: password: the environment variable NONE is not set. Set NONE, or name another variable.'],
    'is missed where the variable is empty': ['password: { env: EMPTY }', 'a.yaml:2:11: password: the environment variable EMPTY is empty. Set EMPTY, or name another variable.'],
    'is missed where the file does not exist': ['password: { file: gone }', 'a.yaml:2:11: password: the file gone does not exist. Make the file readable, or name another.'],
  } as const // prettier-ignore
  for (const [sentence, [text, expected]] of Object.entries(sources))
    test(`a secret ${sentence}`, () => equal(exposed(`name: a\n${text}`), expected))

  test('a secret that is written out is warned of, without its text', () => {
    const result = resolved('name: a\npassword: hunter2\n')
    deepEqual(result.ok && result.value.warnings.map(faultLine), [
      'a.yaml:2:11: password: a secret is written out in the document',
    ])
    equal(JSON.stringify(result).includes('hunter2'), false)
  })

  test('a secret inside a list is put into its place', () => {
    const result = resolved('name: a\negress: [{ address: 127.0.0.11 }, { via: { env: SET } }]\n')
    equal(result.ok && JSON.stringify(result.value.value['egress']), '[{"address":"127.0.0.11"},{"via":"[secret]"}]')
  })
})

describe('names that are near', () => {
  const distances = {
    'one letter left out': ['rotatonMode', 'rotationMode', 1],
    'two neighbours swapped': ['moed', 'mode', 1],
    'nothing alike': ['abc', 'xyz', 3],
    'the same': ['abc', 'abc', 0],
    'against nothing': ['abc', '', 3],
  } as const
  for (const [what, [a, b, distance]] of Object.entries(distances))
    test(`the distance of ${what} is ${distance}`, () => equal(editDistance(a, b), distance))

  test('the nearest is found whatever its case, and nothing far is offered', () => {
    equal(nearest('ROTATIONMODE', ['rotationMode', 'overlapSeconds']), 'rotationMode')
    equal(nearest('colour', ['rotationMode', 'overlapSeconds']), undefined)
    equal(nearest('ab', ['xy']), undefined)
  })

  test('distance is symmetric and at most the longer length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        equal(editDistance(a, b), editDistance(b, a))
        equal(editDistance(a, b) <= Math.max(a.length, b.length), true)
      }),
    )
  })
})

describe('texts with a form', () => {
  const accepted = {
    'listen': ['127.0.0.1:8480', '[::1]:0', 'localhost:65535'],
    'host-port': ['*.salesforce.com:443', '[2001:db8::1]:443'],
    'origin': ['https://org.example', 'http://127.0.0.1:8480'],
    'url': ['https://org.example/path?a=b', 'http://127.0.0.1:8480'],
    'storage': ['sqlite:./data', 'sqlite::memory:', 'postgres://user@host/db'],
    'address': ['192.0.2.7', '::1'],
    'cidr': ['10.0.0.0/8', '10.0.0.1'],
    'duration': ['5s', '250ms', '25d'],
  } as const
  const refused = {
    'listen': ['8480', '127.0.0.1', '127.0.0.1:65536', '::1:80', 'a b:80'],
    'host-port': ['login.salesforce.com', ':443'],
    'origin': [
      'org.example',
      'https://org.example/',
      'https://org.example/path',
      'ftp://org.example',
      'https://user@org.example',
    ],
    'url': ['org.example', 'ftp://org.example', 'https://user:password@org.example'],
    'storage': ['./data', 'mysql://host', 'sqlite:'],
    'address': ['10.0.0.0/8', 'x'],
    'cidr': ['10.0.0.1/8'],
    'duration': ['5', '5 s', '1.5s', '-5s', '99999d', 'soon'],
  } as const
  for (const [name, texts] of Object.entries(accepted))
    test(`${name} accepts what has its form`, () =>
      deepEqual(
        texts.filter((text) => formats[name]?.(text) !== undefined),
        [],
      ))
  for (const [name, texts] of Object.entries(refused))
    test(`${name} refuses what has not`, () =>
      deepEqual(
        texts.filter((text) => formats[name]?.(text) === undefined),
        [],
      ))

  test('a listen address is taken apart', () => {
    deepEqual(listenAddress('[::1]:8480'), { host: '::1', port: 8480 })
    deepEqual(listenAddress('127.0.0.1:0'), { host: '127.0.0.1', port: 0 })
  })

  test('a length of time is in milliseconds', () => deepEqual(parseDuration('15m'), ok(900_000)))
})
