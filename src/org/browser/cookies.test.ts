import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { days } from '../../values/time.ts'
import { cookieJar } from './cookies.ts'

const overHttp = (header?: string) => cookieJar(header, { secure: false })
const overHttps = (header?: string) => cookieJar(header, { secure: true })

describe('cookies', () => {
  test('over https a cookie is Secure and bound to the host', () =>
    equal(overHttps().set('sid', 'abc'), '__Host-sid=abc; Path=/; HttpOnly; SameSite=Lax; Secure'))
  test('over http it has its plain name', () =>
    equal(overHttp().set('sid', 'abc'), 'sid=abc; Path=/; HttpOnly; SameSite=Lax'))
  test('a life becomes seconds', () =>
    equal(overHttp().set('form', 'x', days(1)), 'form=x; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax'))
  test('clearing ends it at once', () =>
    equal(overHttp().clear('sid'), 'sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'))

  const read: Record<string, [ReturnType<typeof overHttp>, string | undefined]> = {
    'is found among others': [overHttp('a=1; sid=abc; b=2'), 'abc'],
    'is not there without a header': [overHttp(), undefined],
    'that is empty is none': [overHttp('sid='), undefined],
    'that is no percent-encoded text is none': [overHttp('sid=%E0%A4%A'), undefined],
    'without the prefix is not believed over https': [overHttps('sid=abc'), undefined],
    'with the prefix is read over https': [overHttps('__Host-sid=abc'), 'abc'],
    'that stands twice is read where it stands first': [overHttp('sid=first; sid=second'), 'first'],
  }
  for (const [sentence, [jar, value]] of Object.entries(read))
    test(`a cookie ${sentence}`, () => equal(jar.read('sid'), value))

  test('any text survives the way there and back, separators and line ends included', () => {
    const text = 'Ana; Päivi=1\r\nSet-Cookie: x=y, "z"'
    const line = overHttp().set('rememberUn', text)
    equal(overHttp(line.split(';')[0]).read('rememberUn'), text)
    equal(/[\r\n]/.test(line), false)
  })
})
