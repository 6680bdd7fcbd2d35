/** A keeper for measurements that send nothing: going out is an error here. */
import { join } from 'node:path'
import type { Keeper, KeeperOptions } from '../../src/keeper/keeper-face.ts'
import type { Log } from '../../src/keeper/log.ts'
import { openKeeper } from '../../src/keeper/keeper.ts'
import { systemEnvironment } from '../../src/system.ts'
import { secret } from '../../src/values/secret.ts'

/** Says errors alone, on standard error. */
export const quiet: Log = {
  info() {},
  warn() {},
  error: (event, fields) => void process.stderr.write(`${event} ${JSON.stringify(fields)}\n`),
}

export function vaultIn(folder: string): Pick<KeeperOptions, 'storage' | 'keyring' | 'spool' | 'proxy' | 'loginHosts'> {
  return {
    ...{ storage: `sqlite:${folder}`, keyring: { file: join(folder, 'keyring.json') } },
    ...{ spool: join(folder, 'spool'), proxy: 'direct', loginHosts: ['127.0.0.1', 'login.example.com'] },
  }
}

export async function openQuietKeeper(folder: string, options: Partial<KeeperOptions> = {}): Promise<Keeper> {
  return await openKeeper(systemEnvironment(quiet), { ...vaultIn(folder), rounds: 'off', ...options })
}

export type Filling = { readonly loginUrl: string; readonly withAccess: boolean; readonly from?: number }

/** Connections `c0`, `c1`, …; with a live access token, so that nothing is exchanged. */
export async function adoptMany(
  keeper: Keeper,
  count: number,
  { loginUrl, withAccess, from = 0 }: Filling,
): Promise<void> {
  await keeper.saveApp({ name: 'bench', loginUrl, clientId: '3MVG9bench' })
  const access = withAccess ? { accessToken: secret(`00D000000000001!${'a'.repeat(95)}`) } : {}
  for (let first = 0; first < count; first += 500)
    await Promise.all(
      Array.from({ length: Math.min(500, count - first) }, async (_, index) => {
        const id = `c${from + first + index}`
        await keeper.adopt({
          id,
          app: 'bench',
          refreshToken: secret(`5Aep861${id}`),
          instanceUrl: 'https://bench.my.salesforce.com',
          ...access,
        })
      }),
    )
}
