import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { emptyFolder, sallyport, service } from './command.ts'
import { freePort, listensOf, startUp } from './demonstration.ts'
import { destination, gatewayFile, startGateway } from './gateway.ts'

type Finding = { readonly check: string; readonly state: string; readonly says: string; readonly next: string[] }
type Report = { readonly code: number | null; readonly healthy: boolean; readonly findings: readonly Finding[] }

async function doctor(cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Report> {
  const { code, stdout } = await sallyport(['doctor', '--json'], { cwd, env })
  return { code, ...(JSON.parse(stdout) as { healthy: boolean; findings: Finding[] }) }
}

const failed = ({ findings }: Report): string[] =>
  findings.filter(({ state }) => state === 'fail').map(({ check, says }) => `${check}: ${says}`)

const saying = ({ findings }: Report, check: string): string[] =>
  findings.filter((each) => each.check === check).map(({ state, says }) => `${state} ${says}`)

const stopped = async (t: TestContext): Promise<string> => {
  const cwd = await emptyFolder(t)
  await (await service(t, ['org', '--listen', '127.0.0.1:0'], { cwd })).stop()
  return cwd
}

describe('doctor', () => {
  test('finds an empty folder healthy, and makes nothing in it', async (t) => {
    const cwd = await emptyFolder(t)
    const report = await doctor(cwd, freePort)
    deepEqual([report.code, failed(report)], [0, []])
    deepEqual(
      new Set(report.findings.map(({ check }) => check)),
      new Set(['node', 'clock', 'configuration', 'storage', 'egress', 'descriptors']),
    )
    match(report.findings.find(({ check }) => check === 'storage')?.says ?? '', /does not exist yet/)
    await chmod(cwd, 0o700)
  })

  test('names the schema of a store that nobody has open', async (t) => {
    const report = await doctor(await stopped(t), freePort)
    deepEqual(failed(report), [])
    match(report.findings.find(({ check }) => check === 'storage')?.says ?? '', /has schema \d+; nobody has it open/)
  })

  test('fails for files that others may read, with the command that mends it', async (t) => {
    const cwd = await stopped(t)
    await chmod(join(cwd, 'data/org-keyring.json'), 0o640)
    const report = await doctor(cwd, freePort)
    equal(report.code, 1)
    const [finding] = report.findings.filter(({ state }) => state === 'fail')
    match(finding?.says ?? '', /others may use .*org-keyring\.json/)
    match(finding?.next[0] ?? '', /^chmod 600 /)
  })

  test('fails for a configuration with a fault', async (t) => {
    const cwd = await emptyFolder(t)
    await writeFile(join(cwd, 'sallyport.yaml'), 'orgg: {}')
    const report = await doctor(cwd)
    equal(report.code, 1)
    match(failed(report)[0] ?? '', /configuration: sallyport\.yaml:1:1: orgg/)
  })

  test('fails for an org file with a fault', async (t) => {
    const cwd = await emptyFolder(t)
    await writeFile(join(cwd, 'sallyport.yaml'), 'org: { file: org.yaml, listen: "127.0.0.1:0" }')
    await writeFile(join(cwd, 'org.yaml'), 'userz: []')
    match(failed(await doctor(cwd))[0] ?? '', /org file: org\.yaml:1:1: userz/)
  })

  test('fails for a port that another program has, and names it', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1')
    t.after(() => taken.close())
    await once(taken, 'listening')
    const listen = `127.0.0.1:${(taken.address() as AddressInfo).port}`
    const report = await doctor(await emptyFolder(t), { ...freePort, SALLYPORT_ORG_LISTEN: listen })
    equal(report.code, 1)
    deepEqual(failed(report), [`port: Another program listens on ${listen}.`])
    const gateway = await doctor(await emptyFolder(t), { ...freePort, SALLYPORT_GATEWAY_LISTEN: listen })
    deepEqual(failed(gateway), [`gateway port: Another program listens on ${listen}.`])
  })

  test('fails for an egress address that this machine has not', async (t) => {
    const cwd = await emptyFolder(t)
    const text = 'org: { listen: "127.0.0.1:0" }\ngateway: { egress: [{ name: a, address: 192.0.2.1 }] }\n'
    await writeFile(join(cwd, 'sallyport.yaml'), text)
    match(failed(await doctor(cwd))[0] ?? '', /egress: 192\.0\.2\.1 \(egress a\) cannot be bound: EADDRNOTAVAIL/)
  })

  test('prints a line a check for people, and what to try', async (t) => {
    const cwd = await emptyFolder(t)
    await writeFile(join(cwd, 'sallyport.yaml'), 'orgg: {}')
    const { code, stdout, stderr } = await sallyport(['doctor'], { cwd })
    equal(code, 1)
    match(stdout, /^ok {4}node: version 2\d/m)
    match(stdout, /^fail {2}configuration: /m)
    match(stdout, /^ +Try: Did you mean org\?$/m)
    match(stderr, /^1 of \d+ checks failed\.$/m)
  })
})

describe('doctor on a gateway', () => {
  test('where all systems run', async (t) => {
    const cwd = await emptyFolder(t)
    const { up } = await startUp(t, { cwd })
    const report = await doctor(cwd, listensOf(up))
    deepEqual(failed(report), [])

    await t.test('P-14: leaves a store alone that a running org owns, and asks the org itself', () => {
      match(report.findings.find(({ check }) => check === 'storage')?.says ?? '', new RegExp(`process ${up.pid}`))
      match(report.findings.find(({ check }) => check === 'admin API')?.says ?? '', /answers/)
      match(report.findings.find(({ check }) => check === 'keeper port')?.says ?? '', /the keeper at .* answers/)
    })

    await t.test('asks the running gateway for its egresses, and finds both halves of the pair in the list', () => {
      deepEqual(
        saying(report, 'running gateway').map((says) => says.replace(/: .*/, '')),
        ['ok egress a, seen as 127.0.0.11, is up', 'ok egress b, seen as 127.0.0.12, is up'],
      )
      match(saying(report, 'pair').join(), /^ok the allowlist of Nightly_Sync holds 127\.0\.0\.11 .* and 127\.0\.0\.12/)
    })

    await t.test('L-61: names the half that is missing in the list of the org', async () => {
      const org = ['--org', up.url]
      const both = ['remove', 'Nightly_Sync', '127.0.0.11-127.0.0.12', '--confirm-empty']
      equal((await sallyport(['allowlist', ...both, ...org], { cwd })).code, 0)
      equal((await sallyport(['allowlist', 'add', 'Nightly_Sync', '127.0.0.11', ...org], { cwd })).code, 0)
      const later = await doctor(cwd, listensOf(up))
      match(
        saying(later, 'pair').join(),
        /^warn .* holds 127\.0\.0\.11 \(egress a\) but not 127\.0\.0\.12 \(egress b\)/,
      )
      const [{ next } = { next: [] }] = later.findings.filter(({ check }) => check === 'pair')
      deepEqual(next, ['sallyport allowlist add Nightly_Sync 127.0.0.12'])
    })
  })

  test('L-61: tells what the gateway knows of other allowlists', async (t) => {
    const cwd = await emptyFolder(t)
    const target = await destination(t)
    const more = `admitted: [{ destination: "${target}", label: acme, confirmed: [b], refused: [a] }]`
    const clients = '[{ name: c, username: c, password: x, label: acme }]'
    const { gateway } = await startGateway(t, cwd, { target, more, clients })
    const report = await doctor(cwd, listensOf(gateway))
    const known = `warn the allowlist of acme at ${target} holds the address of another egress and refuses a`
    equal(saying(report, 'pair').includes(known), true, JSON.stringify(report.findings))
  })

  test('dials the health target from each address while no gateway runs', async (t) => {
    const cwd = await emptyFolder(t)
    const target = await destination(t)
    await writeFile(join(cwd, 'sallyport.yaml'), gatewayFile({ target }))
    const answered = [`ok ${target} answers 127.0.0.11`, `ok ${target} answers 127.0.0.12`]
    deepEqual(saying(await doctor(cwd, freePort), 'health target'), answered)
    await writeFile(join(cwd, 'sallyport.yaml'), gatewayFile({ target: '127.0.0.1:1' }))
    match(
      saying(await doctor(cwd, freePort), 'health target').join(),
      /^warn 127\.0\.0\.1:1 does not answer 127\.0\.0\.11 \(ECONNREFUSED\)/,
    )
  })

  test('doubts a single egress, credentials that URLs carry badly or that can be guessed, and more clients than descriptors', async (t) => {
    const cwd = await emptyFolder(t)
    const file = {
      target: await destination(t),
      egress: '[{ name: a, address: 127.0.0.11 }]',
      clients: '[{ name: c, username: c, password: "canary@9", connections: 1000000 }]',
    }
    await writeFile(join(cwd, 'sallyport.yaml'), gatewayFile(file))
    const report = await doctor(cwd, freePort)
    match(saying(report, 'pair').join(), /^warn only one egress is declared/)
    match(
      saying(report, 'credentials').join(),
      /^warn the password of client c has signs that a URL must percent-encode/,
    )
    match(saying(report, 'credentials').join(), /the password of client c has less than 16 characters/)
    match(saying(report, 'descriptors').join(), /^warn \d+ open files are enough for \d+ tunnels .* may hold 1000000$/)
    equal(JSON.stringify(report).includes('canary'), false)
  })

  test('L-71: tells direct from proxied in the environment that it runs in', async (t) => {
    const cwd = await emptyFolder(t)
    const target = await destination(t)
    const { gateway, connectionUrl } = await startGateway(t, cwd, { target })
    const says = async (env: Readonly<Record<string, string>>): Promise<string> =>
      saying(await doctor(cwd, { ...listensOf(gateway), ...env }), 'proxy variables').join('\n')
    match(await says({}), /^warn none is set here: .* calls directly, from /)
    match(
      await says({ HTTPS_PROXY: connectionUrl }),
      /^ok through HTTPS_PROXY the far side sees 127\.0\.0\.1[12]; directly/,
    )
    match(await says({ HTTPS_PROXY: connectionUrl, NO_PROXY: '127.0.0.1' }), /^warn NO_PROXY exempts 127\.0\.0\.1/m)
    const wrong = connectionUrl.replace(/:[^:@]+@/, ':canary@')
    const refused = await says({ SALLYPORT_GATEWAY_URL: wrong })
    match(refused, /^fail the proxy of SALLYPORT_GATEWAY_URL answered 407: The gateway does not know this user/)
    equal(refused.includes('canary'), false)
    match(
      await says({ HTTPS_PROXY: 'http://127.0.0.1:1' }),
      /^fail the proxy of HTTPS_PROXY, 127\.0\.0\.1:1, does not answer \(ECONNREFUSED\)/,
    )
    match(await says({ HTTPS_PROXY: 'http://u:%zz@h:1' }), /^fail HTTPS_PROXY is no URL of a proxy/)
  })
})
