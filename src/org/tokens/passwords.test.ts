import { equal, match, notEqual } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { secret } from '../../values/secret.ts'
import { openLazyPasswords } from './lazy-passwords.ts'
import { openPasswords } from './passwords.ts'

const random = (count: number): Uint8Array => randomBytes(count)
const cheap = { costLog2: 4, blockSize: 1, parallelism: 1 }
const passwords = openPasswords(cheap, random)

describe('passwords', () => {
  test('a hash says how it was made, and no two are equal', async () => {
    const [one, two] = await Promise.all([passwords.hash(secret('a')), passwords.hash(secret('a'))])
    match(one, /^\$scrypt\$ln=4,r=1,p=1\$[\w-]{22}\$[\w-]{43}$/)
    notEqual(one, two)
  })
  test('the right one is right, another is wrong, an unknown user has none', async () => {
    const hash = await passwords.hash(secret('correct horse'))
    equal(await passwords.verify('correct horse', hash), 'right')
    equal(await passwords.verify('correct horsf', hash), 'wrong')
    equal(await passwords.verify('correct horse', undefined), 'wrong')
    equal(await passwords.verify('correct horse', null), 'wrong')
  })
  test('a hash of another cost goes on being verified', async () => {
    const hash = await openPasswords({ ...cheap, costLog2: 5 }, random).hash(secret('x'))
    equal(await passwords.verify('x', hash), 'right')
  })
  test('a password that only begins like a very long one is wrong', async () => {
    const hash = await passwords.hash(secret('y'.repeat(1024)))
    equal(await passwords.verify('y'.repeat(1025), hash), 'wrong')
  })
  test('beyond those that wait, nothing is compared', async () => {
    const hash = await passwords.hash(secret('x'))
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => passwords.verify('x', hash)))
    equal(verdicts.filter((each) => each === 'right').length, 66)
    equal(verdicts.filter((each) => each === 'busy').length, 34)
    equal(await passwords.verify('x', hash), 'right')
  })
})

describe('passwords that are hashed at their first use', () => {
  test('the first right login brings the hash to store, and a wrong one does not', async () => {
    const lazy = openLazyPasswords(passwords)
    lazy.remember('ada@b.example', secret('pass'))
    equal((await lazy.verify('ada@b.example', 'wrong', null)).verdict, 'wrong')
    const { verdict, hash } = await lazy.verify('ada@b.example', 'pass', null)
    equal(verdict, 'right')
    equal(await passwords.verify('pass', hash), 'right')
  })
  test('a stored hash outranks what is remembered', async () => {
    const lazy = openLazyPasswords(passwords)
    lazy.remember('ada@b.example', secret('old'))
    const stored = await passwords.hash(secret('new'))
    equal((await lazy.verify('ada@b.example', 'old', stored)).verdict, 'wrong')
    equal((await lazy.verify('ada@b.example', 'new', stored)).verdict, 'right')
  })
})
