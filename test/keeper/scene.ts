/** A keeper with one connection to a real org. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Keeper, KeeperOptions } from '../../src/keeper/keeper-face.ts'
import type { KeeperEnvironment } from '../../src/keeper/environment.ts'
import { openKeeper } from '../../src/keeper/keeper.ts'
import { systemEnvironment } from '../../src/system.ts'
import { startOrg, type StartOrgOptions, type TestOrg } from '../../src/testing.ts'
import { secret } from '../../src/values/secret.ts'
import { openInlineStorage } from '../kit/inline-storage.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

export type Scene = AsyncDisposable & {
  readonly org: TestOrg
  readonly keeper: Keeper
  readonly folder: string
  readonly logged: readonly string[]
  /** A connection of its own grant; of six grants of one user the first is revoked (SF-209). */
  readonly adopt: (id: string) => Promise<void>
  /** Another keeper over the same vault, as another process has it. */
  readonly again: (options?: Bend) => Promise<Keeper>
}

export type Bend = Partial<KeeperOptions> & { readonly environment?: Partial<KeeperEnvironment> }

export type SceneBend = Bend & { readonly org?: StartOrgOptions }

/** The connection is `canary`, of the app `nightly`. */
export async function openScene(bend: SceneBend = {}): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'keeper-'))
  const org = await startOrg(bend.org)
  const logged: string[] = []
  const say = (event: string, fields?: unknown): void => void logged.push(`${event} ${JSON.stringify(fields)}`)
  const log = { info: say, warn: say, error: say }
  const keepers: Keeper[] = []
  const again = async ({ environment, ...options }: Bend = {}): Promise<Keeper> => {
    const keeper = await openKeeper(
      { ...systemEnvironment(log), openStorage: openInlineStorage, ...environment },
      {
        ...{ storage: `sqlite:${folder}`, keyring: { file: join(folder, 'keyring.json') } },
        loginHosts: ['127.0.0.1'],
        ...{ spool: join(folder, 'spool'), proxy: 'direct' as const, rounds: 'off' as const },
        ...options,
      },
    )
    keepers.push(keeper)
    return keeper
  }
  const close = async (): Promise<void> => {
    for (const each of keepers) await each.close()
    await org.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const { org: _org, ...rest } = bend
    const keeper = await again(rest)
    const adopt = async (id: string): Promise<void> => {
      const { refresh_token } = await org.grant(withoutIdToken)
      await keeper.adopt({ id, app: 'nightly', refreshToken: secret(refresh_token) })
    }
    await keeper.saveApp({
      ...{ name: 'nightly', loginUrl: org.url, clientId: org.client.consumerKey },
      clientSecret: secret(org.client.consumerSecret),
    })
    await adopt('canary')
    return { org, keeper, folder, logged, adopt, again, [Symbol.asyncDispose]: close }
  } catch (cause) {
    await close()
    throw cause
  }
}

/** How many decisions the org has on record: one for each request for tokens. */
export async function decisionsOf(org: TestOrg): Promise<number> {
  const answer = await org.admin('/login-history?limit=1000')
  const page = (await answer.json()) as { readonly entries: readonly unknown[] }
  return page.entries.length
}
