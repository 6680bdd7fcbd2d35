/** A place whose cutover can be rehearsed, and `cutover rehearse` of it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { copyApps } from '../../src/cli/cutover/rehearsal/copy.ts'
import { openStage, type Stage } from '../../src/cli/cutover/stage/stage.ts'
import { parseAllowlist } from '../../src/ip/allowlist.ts'
import { systemEnvironment } from '../../src/system.ts'
import { sallyport, type Ended } from '../cli/command.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const pair = ['127.0.0.11', '127.0.0.12']

export type Real = {
  readonly stage: Stage
  readonly rehearse: (...args: readonly string[]) => Promise<Ended>
  /** What a rehearsal may not change: list, pool, and where the canary was last redeemed from. */
  readonly look: () => Promise<string>
}

/** `more`: lines of the cutover file. */
export async function openReal(t: TestContext, to: readonly string[], more = ''): Promise<Real> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-rehearsed-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const environment = systemEnvironment(quiet)
  const rows = parseAllowlist(pair.map((each) => ({ start: each, end: each })))
  if (!rows.ok) throw new Error('the pair is no list')
  const wish = { name: 'Nightly', rows: rows.value.rows, isEnforced: true, seen: undefined }
  const { apps, file, users } = copyApps([wish], environment.random)
  const stage = await openStage({
    ...{ folder, environment, file, users, pair },
    apps: apps.map((each) => ({ ...each, connections: ['canary'] })),
  })
  t.after(() => stage.close())
  const { org, gateway, keeper, orgApi, gatewayApi } = stage
  const path = join(folder, 'cutover.yaml')
  await writeFile(
    path,
    `app: Nightly
allowlist: { org: ${org.url} }
traffic: { gateway: ${gateway().adminUrl} }
keeper: ${keeper.url}
connections: [canary]
from: [${pair.join(', ')}]
to: [${to.join(', ')}]
${more}`,
  )
  return {
    stage,
    rehearse: async (...args) =>
      await sallyport(['cutover', 'rehearse', path, ...args], {
        cwd: folder,
        env: { SALLYPORT_STORAGE: `sqlite:${folder}` },
      }),
    async look() {
      const list = await orgApi.ask('GET', '/apps/Nightly/refresh-token-ip-allowlist')
      const pool = await gatewayApi.ask('GET', '/egress')
      const canary = await keeper.keeper.connection('canary')
      return JSON.stringify([list.etag, list.body['ranges'], pool.etag, canary?.generation])
    },
  }
}
