import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readVariable, withVariable } from './environment-text.ts'

const old = 'http://u:p@old.example:9293'
const fresh = 'http://u:p@new.example:9293'
const written = (text: string, value = fresh): string => {
  const result = withVariable(text, 'PROXY', value)
  return result.ok ? result.value : `fault: ${result.fault}`
}

describe('a variable in an environment file', () => {
  const texts: Readonly<Record<string, readonly [string, string]>> = {
    'is replaced in its line': [`PROXY=${old}\n`, `PROXY=${fresh}\n`],
    'is replaced without a line break at the end': [`A=1\nPROXY=${old}`, `A=1\nPROXY=${fresh}`],
    'keeps what is around it, comments and odd lines too': [
      `# PROXY=nothing\n\nA = 1 # one\nnonsense\nexport PROXY = ${old}   # the pair\n\tB="x\\"y"\n`,
      `# PROXY=nothing\n\nA = 1 # one\nnonsense\nexport PROXY = ${fresh}   # the pair\n\tB="x\\"y"\n`,
    ],
    'keeps the line breaks of Windows': [`A=1\r\nPROXY=${old}\r\nB=2\r\n`, `A=1\r\nPROXY=${fresh}\r\nB=2\r\n`],
    'keeps single quotes': [`PROXY='${old}' # c\n`, `PROXY='${fresh}' # c\n`],
    'keeps double quotes': [`PROXY="${old}"\n`, `PROXY="${fresh}"\n`],
    'is not looked for inside a value of several lines': [
      `KEY="-----BEGIN\nPROXY=inside\n-----END"\nPROXY=${old}\n`,
      `KEY="-----BEGIN\nPROXY=inside\n-----END"\nPROXY=${fresh}\n`,
    ],
    'is not that of a longer name': [
      `MY_PROXY=a\nPROXY_2=b\nPROXY=${old}\n`,
      `MY_PROXY=a\nPROXY_2=b\nPROXY=${fresh}\n`,
    ],
    'may be empty': ['PROXY=\nA=1\n', `PROXY=${fresh}\nA=1\n`],
    'may be empty before a comment': ['PROXY= # none\n', `PROXY= ${fresh} # none\n`],
    'keeps a byte order mark': [`\uFEFFPROXY=${old}\n`, `\uFEFFPROXY=${fresh}\n`],
    'is refused where it is not set': [
      'A=1\n',
      'fault: is not set in the file; write its line, with the URL that is used now',
    ],
    'is refused where it is set twice': [
      `PROXY=a\nPROXY=b\n`,
      'fault: is set 2 times in the file; leave one of these lines',
    ],
    'is refused where something follows its value': [
      `PROXY='a'b\n`,
      'fault: has something behind its value that nobody can be sure of; write NAME=VALUE',
    ],
  }
  for (const [sentence, [before, after]] of Object.entries(texts)) test(sentence, () => equal(written(before), after))

  const odd: Readonly<Record<string, readonly [string, string, string]>> = {
    'gets quotes where a shell would read it otherwise': [
      `PROXY=${old}\n`,
      'http://u:a$b&c@h:1',
      `PROXY='http://u:a$b&c@h:1'\n`,
    ],
    'gets other quotes where its own cannot hold it': [
      `PROXY='${old}'\n`,
      "http://u:it's@h:1",
      `PROXY="http://u:it's@h:1"\n`,
    ],
    'is escaped in double quotes': [`PROXY="${old}"\n`, 'http://u:a$b"c@h:1', `PROXY="http://u:a\\$b\\"c@h:1"\n`],
  }
  for (const [sentence, [before, value, after]] of Object.entries(odd)) {
    test(sentence, () => equal(written(before, value), after))
    test(`${sentence}, and is read as it was written`, () =>
      deepEqual(readVariable(after, 'PROXY'), { ok: true, value }))
  }

  test('of bytes that are no UTF-8 around it, each stays', () => {
    const before = Buffer.concat([Buffer.from('A='), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from(`PROXY=${old}\n`)])
    const after = withVariable(before.toString('latin1'), 'PROXY', fresh)
    ok(after.ok)
    deepEqual(
      Buffer.from(after.value, 'latin1'),
      Buffer.concat([before.subarray(0, 5), Buffer.from(`PROXY=${fresh}\n`)]),
    )
  })
})
