import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { emptyFolder, sallyport, service } from './command.ts'
import { startUp } from './demonstration.ts'

type Finding = { readonly check: string; readonly state: string; readonly says: string; readonly next: string[] }
type Report = { readonly code: number | null; readonly healthy: boolean; readonly findings: readonly Finding[] }

async function doctor(cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Report> {
  const { code, stdout } = await sallyport(['doctor', '--json'], { cwd, env })
  return { code, ...(JSON.parse(stdout) as { healthy: boolean; findings: Finding[] }) }
}

const failed = ({ findings }: Report): string[] =>
  findings.filter(({ state }) => state === 'fail').map(({ check, says }) => `${check}: ${says}`)

/** A port that nobody uses at this moment, so that the default one does not decide the test. */
const freePort = { SALLYPORT_ORG_LISTEN: '127.0.0.1:0' }

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
      new Set(['node', 'clock', 'configuration', 'storage', 'egress']),
    )
    match(report.findings.find(({ check }) => check === 'storage')?.says ?? '', /does not exist yet/)
    await chmod(cwd, 0o700)
  })

  test('names the schema of a store that nobody has open', async (t) => {
    const report = await doctor(await stopped(t), freePort)
    deepEqual(failed(report), [])
    match(report.findings.find(({ check }) => check === 'storage')?.says ?? '', /has schema \d+; nobody has it open/)
  })

  test('P-14: leaves a store alone that a running org owns, and asks the org itself', async (t) => {
    const cwd = await emptyFolder(t)
    const { up } = await startUp(t, { cwd })
    const report = await doctor(cwd, { SALLYPORT_ORG_LISTEN: up.url.replace('http://', '') })
    deepEqual(failed(report), [])
    match(report.findings.find(({ check }) => check === 'storage')?.says ?? '', new RegExp(`process ${up.pid}`))
    match(report.findings.find(({ check }) => check === 'admin API')?.says ?? '', /answers/)
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
    const report = await doctor(await emptyFolder(t), { SALLYPORT_ORG_LISTEN: listen })
    equal(report.code, 1)
    deepEqual(failed(report), [`port: Another program listens on ${listen}.`])
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
