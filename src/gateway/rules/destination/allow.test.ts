import { deepEqual, equal, match, ok as holds } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { parseAddress } from '../../../ip/address.ts'
import { parseAllowRule } from './allow-rule.ts'
import { compileAllow, firstRule, listed, type AllowRules } from './allow.ts'
import { parseAuthority, type Destination } from './destination.ts'

function destination(text: string): Destination {
  const parsed = parseAuthority(text)
  if (!parsed.ok) throw new Error(parsed.fault)
  return parsed.value
}

function rules(rows: readonly string[]): AllowRules {
  const compiled = compileAllow(rows, { allowEverything: true })
  if (!compiled.ok) throw new Error(compiled.fault.map(({ message }) => message).join('; '))
  return compiled.value
}

const first = (rows: readonly string[], to: string): string | undefined => firstRule(rules(rows), destination(to))

describe('an allow rule', () => {
  const salesforce = ['*.salesforce.com:443', '*.force.com:443']
  const verdicts = {
    'SF-317: an asterisk takes one label': [salesforce, 'login.salesforce.com:443', '*.salesforce.com:443'],
    'SF-317: an asterisk spans labels': [salesforce, 'x--sb.sandbox.my.salesforce.com:443', '*.salesforce.com:443'],
    'an asterisk takes at least one character': [salesforce, 'salesforce.com:443', undefined],
    'a name that only ends alike is another domain': [salesforce, 'evilsalesforce.com:443', undefined],
    'a domain behind the pattern is another': [salesforce, 'login.salesforce.com.evil.example:443', undefined],
    'another port is not allowed': [salesforce, 'login.salesforce.com:80', undefined],
    'upper case and the final dot do not matter': [salesforce, 'LOGIN.SalesForce.com.:443', '*.salesforce.com:443'],
    'an exact name is that name': [['a.example:443'], 'a.example:443', 'a.example:443'],
    'an exact name is none below it': [['a.example:443'], 'b.a.example:443', undefined],
    'an asterisk within a name': [['my--*.sandbox.my.salesforce.com:443'], 'my--dev.sandbox.my.salesforce.com:443', 'my--*.sandbox.my.salesforce.com:443'],
    'an asterisk in the middle takes something': [['a*.b.example:1'], 'a.b.example:1', undefined],
    'two asterisks': [['*.x.*.example:1'], 'a.x.b.x.c.example:1', '*.x.*.example:1'],
    'two asterisks take something each': [['a*.b*.example:1'], 'a.b.c.example:1', undefined],
    'pieces do not share characters': [['*.ab.*.ab.example:1'], 'x.ab.ab.example:1', undefined],
    'the first of the rows that match': [['*.example:443', 'a.example:443'], 'a.example:443', '*.example:443'],
    'the first row, whatever its kind': [['a.example:443', '*.example:443'], 'a.example:443', 'a.example:443'],
    'a pattern with a piece before the asterisk comes in its turn': [['a*.b.example:443', '*.example:443'], 'ax.b.example:443', 'a*.b.example:443'],
    'and later if it stands later': [['*.example:443', 'a*.b.example:443'], 'ax.b.example:443', '*.example:443'],
    'a range of ports has both ends': [['a.example:8000-8100'], 'a.example:8100', 'a.example:8000-8100'],
    'and not what is behind them': [['a.example:8000-8100'], 'a.example:8101', undefined],
    'a row of another port does not hide a later one': [['a.example:80', 'a.example:443'], 'a.example:443', 'a.example:443'],
    'an asterisk for the port is every port': [['a.example:*'], 'a.example:65535', 'a.example:*'],
    'every host is names': [['*:443'], 'a.example:443', '*:443'],
    'every host is addresses, which are judged by their class': [['*:443'], '192.0.2.1:443', '*:443'],
    'a literal address is itself': [['192.0.2.1:443'], '192.0.2.1:443', '192.0.2.1:443'],
    'a literal address is not its neighbour': [['192.0.2.1:443'], '192.0.2.2:443', undefined],
    'a range has its last address': [['10.0.0.0/8:443'], '10.255.255.255:443', '10.0.0.0/8:443'],
    'a range of IPv6': [['[2001:db8::/32]:443'], '[2001:db8::1]:443', '[2001:db8::/32]:443'],
    'a range of one family is none of the other': [['0.0.0.0/8:443'], '[::1]:443', undefined],
    'a name is never matched by the address that it has': [['10.0.0.0/8:443'], 'a.example:443', undefined],
    'a pattern of names matches no address': [['*.1a:443', '*.example:443'], '192.0.2.1:443', undefined],
  } as const // prettier-ignore
  for (const [sentence, [rows, to, expected]] of Object.entries(verdicts))
    test(sentence, () => equal(first(rows, to), expected))

  const canonical = {
    'Login.Example.:443': 'login.example:443',
    '*.EXAMPLE.com:443': '*.example.com:443',
    '[2001:DB8:0::1]:443': '[2001:db8::1]:443',
    '[2001:DB8:0::/48]:443': '[2001:db8::/48]:443',
    '10.0.0.0/8:1-65535': '10.0.0.0/8:*',
    '10.0.0.1/32:80-80': '10.0.0.1:80',
    '[::ffff:10.0.0.0/104]:80': '10.0.0.0/8:80',
  }
  for (const [text, expected] of Object.entries(canonical))
    test(`${text} is known as ${expected}`, () => {
      const rule = parseAllowRule(text)
      equal(rule.ok && rule.value.text, expected)
    })

  const refused = {
    'http://a.example/': [/is a URL/, /Write a\.example:80\./],
    'https://a.example:8443': [/is a URL/, /Write a\.example:8443\./],
    'user@a.example': [/user information/, /Write a host name/],
    'login.salesforce.com': [/has no port/, /Write login\.salesforce\.com:443\./],
    '*': [/has no port/, /Write \*:443\./],
    'https://login.salesforce.com/x': [/is a URL/, /Write login\.salesforce\.com:443\./],
    '*salesforce.com:443': [/asterisk without a dot/, /Write \*\.salesforce\.com:443\./],
    'login.*:443': [/ends in an asterisk/, /End it with the domain/],
    '*.*:443': [/ends in an asterisk/, /End it with the domain/],
    '**:443': [/ends in an asterisk/, /domain/],
    '**.example:443': [/asterisk without a dot/, /Write/],
    '10.*.0.1:443': [/no pattern of host names/, /ranges such as/],
    '*.1:443': [/no pattern of host names/, /ranges such as/],
    '*.0x7f:443': [/no pattern of host names/, /ranges such as/],
    '*.bücher.example:443': [/no pattern of host names/, /Write/],
    '127.1:443': [/shorthand/, /all its parts in decimal/],
    '2130706433:443': [/shorthand|hexadecimal/, /all its parts in decimal/],
    'a.example:0': [/port "0"/, /Write a\.example:443/],
    'a.example:70000': [/port "70000"/, /Write/],
    'a.example:9-1': [/ends before it begins/, /Write/],
    'a.example:1-2-3': [/port "1-2-3"/, /Write/],
    'a.example:': [/port ""/, /Write/],
    ':443': [/names no host/, /Write/],
    '': [/names no host/, /Write/],
    '2001:db8::1:443': [/IPv6 without brackets/, /Write \[2001:db8::1:443\]:443\./],
    '2001:db8::/32:443': [/IPv6 without brackets/, /Write \[2001:db8::\/32\]:443\./],
    '[2001:db8::]/32:443': [/length outside of the brackets/, /Write \[2001:db8::\/32\]:443\./],
    '[2001:db8::/32:443': [/IPv6|range|bracket|port/, /Write/],
    '[fe80::1%eth0]:443': [/zone id/, /Write/],
    '10.0.0.1/8:443': [/write 10\.0\.0\.0\/8 for the block/, /Write/],
    '10.0.0.0/33:443': [/0 to 32 bits/, /Write/],
    '0.0.0.0/0:443': [/public addresses and special ones/, /write \* and allowEverything/],
    '[::/0]:443': [/public addresses and special ones/, /write \* and allowEverything/],
    '0.0.0.0/1:443': [/public addresses and special ones/, /a range for each/],
    '8.0.0.0/5:443': [/such as 10\.0\.0\.0\/8/, /a range for each/],
    '[::/3]:443': [/special ones/, /a range for each/],
  } as const
  for (const [text, [message, next]] of Object.entries(refused))
    test(`${JSON.stringify(text)} is refused with what to write`, () => {
      const rule = parseAllowRule(text)
      if (rule.ok) throw new Error(`it is accepted as ${rule.value.text}`)
      match(rule.fault.message, message)
      holds(rule.fault.message.startsWith(JSON.stringify(text)), rule.fault.message)
      match(rule.fault.next, next)
      const instead = /^Write (\S+:\S+)\.$/.exec(rule.fault.next)?.[1]
      if (instead !== undefined) holds(parseAllowRule(instead).ok, `${instead} is not accepted either`)
    })

  test('what is accepted is read as itself in the spelling that it is known by', () => {
    const sign = fc.constantFrom(
      '*',
      '.',
      'a',
      '1',
      '0',
      'x',
      ':',
      '[',
      ']',
      '/8',
      '-',
      'fe80',
      '::',
      '%',
      '10.0.0.0',
      '@',
    )
    const rows = fc.tuple(fc.string({ unit: sign, maxLength: 8 }), fc.constantFrom(':8', ':1-9', ':*', ''))
    let accepted = 0
    fc.assert(
      fc.property(rows, ([host, ports]) => {
        const rule = parseAllowRule(host + ports)
        if (!rule.ok) return holds(rule.fault.message !== '' && rule.fault.next !== '')
        accepted += 1
        deepEqual(parseAllowRule(rule.value.text), rule)
      }),
      { numRuns: 5000 },
    )
    holds(accepted > 100, `only ${accepted} were accepted`)
  })
})

describe('compiling the allow rules', () => {
  test('every faulty row is named at once', () => {
    const compiled = compileAllow(['*:443', '*.example:443', 'a.example', '127.1:80'], { allowEverything: false })
    deepEqual(compiled.ok ? [] : compiled.fault.map(({ row }) => row), [1, 3, 4])
  })

  test('what matches every host has to be meant', () => {
    holds(!compileAllow(['*:443'], { allowEverything: false }).ok)
    holds(!compileAllow(['*:*'], { allowEverything: false }).ok)
    holds(compileAllow(['*:443'], { allowEverything: true }).ok)
  })

  test('not even then does a range open private addresses by the way', () =>
    holds(!compileAllow(['0.0.0.0/0:*'], { allowEverything: true }).ok))

  test('without rows nothing is allowed', () => equal(first([], 'a.example:443'), undefined))
})

describe('L-78: what lists a special address', () => {
  const list = rules(['*:*', '10.0.0.0/8:443', '127.0.0.11:8480-8490', '168.0.0.0/8:80', '168.63.129.16:81'])
  const verdicts = {
    'nothing that matches by name': ['192.168.0.1', 443, 'neither'],
    'a range around it': ['10.9.8.7', 443, 'range'],
    'but not at another port': ['10.9.8.7', 80, 'neither'],
    'the address itself': ['127.0.0.11', 8485, 'address'],
    'but not its neighbour': ['127.0.0.12', 8485, 'neither'],
    'a range of public addresses lists none of the special ones in it': ['168.63.129.16', 80, 'neither'],
    'the address itself does, wherever it lies': ['168.63.129.16', 81, 'address'],
  } as const
  for (const [sentence, [text, port, expected]] of Object.entries(verdicts))
    test(sentence, () => {
      const address = parseAddress(text)
      equal(address.ok && listed(list, address.value, port), expected)
    })
})

const label = fc.constantFrom('a', 'b', 'ab', 'x--y', 'com')
const someName = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'))
const somePort = fc.integer({ min: 1, max: 6 })
const somePorts = fc.oneof(
  somePort.map(String),
  fc.constant('*'),
  fc.tuple(somePort, somePort).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
)
const somePattern = fc.oneof(
  someName,
  someName.map((name) => `*.${name}`),
  fc.tuple(label, someName).map(([head, name]) => `${head}*.${name}`),
  fc.tuple(someName, someName).map(([middle, name]) => `*.${middle}*.${name}`),
  fc.tuple(label, someName, someName).map(([head, middle, name]) => `${head}*.${middle}*.${name}`),
  fc.constant('*'),
)

test('the compiled rules equal a naive reading of each row', () => {
  const naive = (rows: readonly (readonly [string, string])[], name: string, port: number): number =>
    rows.findIndex(([pattern, ports]) => {
      const [from = '1', to = from] = ports === '*' ? ['1', '65535'] : ports.split('-')
      const expression = `^${pattern.replaceAll('.', '\\.').replaceAll('*', '.+')}$`
      return Number(from) <= port && port <= Number(to) && new RegExp(expression).test(name)
    })
  let matched = 0
  fc.assert(
    fc.property(
      fc.array(fc.tuple(somePattern, somePorts), { maxLength: 8 }),
      someName,
      somePort,
      (rows, name, port) => {
        const texts = rows.map(([pattern, ports]) => `${pattern}:${ports}`)
        const found = firstRule(rules(texts), { host: { kind: 'name', name }, port })
        const expected = texts[naive(rows, name, port)]
        equal(
          found === undefined ? undefined : rules([found]).rules[0]?.text,
          expected === undefined ? undefined : rules([expected]).rules[0]?.text,
        )
        if (found !== undefined) matched += 1
      },
    ),
    { numRuns: 3000 },
  )
  holds(matched > 300, `only ${matched} matched`)
})
