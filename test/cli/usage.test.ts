import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { emptyFolder, sallyport } from './command.ts'

describe('wrong usage', () => {
  const wrong: Readonly<Record<string, readonly [args: readonly string[], means: RegExp, next: RegExp]>> = {
    'an unknown command names the nearest': [
      ['dcotor'],
      /^Unknown command 'dcotor'\.$/m,
      /^Try: Did you mean doctor\?$/m,
    ],
    'an unknown option names the nearest': [
      ['org', '--lisen', 'x'],
      /^Unknown option '--lisen'\.$/m,
      /^Try: Did you mean --listen\?$/m,
    ],
    'no command at all shows the commands': [[], /^No command was given\.$/m, /^Try: /m],
    'a missing argument is named': [
      ['allowlist', 'list'],
      /^Missing required argument 'app'\.$/m,
      /^Try: .* allowlist list --help$/m,
    ],
    'explain needs an address': [
      ['allowlist', 'explain', 'Nightly_Sync'],
      /^Required option '--from <address>'/m,
      /^Try: /m,
    ],
    'an unknown flow lists the known ones': [
      ['allowlist', 'explain', 'A', '--from', '192.0.2.1', '--flow', 'x'],
      /Allowed choices are refresh_token, authorization_code/,
      /^Try: /m,
    ],
    'a malformed --listen is shown': [
      ['org', '--listen', '8480'],
      /^--listen "8480" is no HOST:PORT\.$/m,
      /^Try: --listen 127/m,
    ],
    'a malformed --admin-listen is shown': [
      ['gateway', '--admin-listen', '9294'],
      /^--admin-listen "9294" is no HOST:PORT\.$/m,
      /^Try: --admin-listen 127/m,
    ],
    'a source tree is refused, not passed over': [
      ['org', '--project', '.'],
      /cannot read a source tree/,
      /^Try: .*org --file/m,
    ],
    "another service's clock is refused, not passed over": [
      ['org', '--clock', 'http://x'],
      /cannot follow/,
      /^Try: .*--testing/m,
    ],
    'a malformed range is quoted': [
      ['allowlist', 'add', 'A', '10.0.0.1/8'],
      /"10\.0\.0\.1\/8" has bits behind/,
      /^Try: Write/m,
    ],
  }
  for (const [sentence, [args, means, next]] of Object.entries(wrong)) {
    test(sentence, async (t) => {
      const { code, stdout, stderr } = await sallyport(args, { cwd: await emptyFolder(t) })
      deepEqual({ code, stdout }, { code: 2, stdout: '' })
      match(stderr, means)
      match(stderr, next)
      doesNotMatch(stderr, /^ {4}at /m)
    })
  }
})

describe('help', () => {
  const commands = [
    '',
    'up',
    'org',
    'gateway',
    'keeper',
    'connections',
    'token',
    'allowlist',
    'allowlist list',
    'allowlist add',
    'allowlist remove',
    'allowlist explain',
  ]
  for (const command of [...commands, 'config', 'config schema', 'config check', 'doctor']) {
    test(`sallyport ${command} --help ends with an example`, async (t) => {
      const args = [...command.split(' ').filter((word) => word !== ''), '--help']
      const { code, stdout, stderr } = await sallyport(args, { cwd: await emptyFolder(t) })
      deepEqual({ code, stderr }, { code: 0, stderr: '' })
      match(stdout, new RegExp(`^Example:\n  sallyport ${command}`, 'm'))
    })
  }

  test('options of later versions are not offered', async (t) => {
    const { stdout } = await sallyport(['org', '--help'], { cwd: await emptyFolder(t) })
    doesNotMatch(stdout, /--project|--clock/)
  })

  test('--version prints the version of the package', async (t) => {
    const { code, stdout } = await sallyport(['--version'], { cwd: await emptyFolder(t) })
    equal(code, 0)
    match(stdout, /^\d+\.\d+\.\d+\n$/)
  })
})
