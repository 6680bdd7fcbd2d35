/** THE ADAPTER: the one place that knows how to start an org and come by its grants. Everything else measures a `Target`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Target } from '../load/job.ts'
import { authorize } from './authorize.ts'
import { bench, orgFile, username } from './file.ts'
import { startSallyport } from './server.ts'

export type OpenOrg = { readonly target: Target; readonly stop: () => Promise<void> }

/** An org on the folder with `grants` new grants, each of another user, obtained through the pages. */
export async function openOrg(folder: string, grants: number): Promise<OpenOrg> {
  writeFileSync(join(folder, 'org.yaml'), orgFile(grants))
  const { url, pid, stop } = await startOrg(folder)
  try {
    const refreshTokens: string[] = []
    for (let index = 0; index < grants; index += 1) refreshTokens.push(await authorize(url, username(index)))
    return { target: target({ url, pid, refreshTokens }), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The same org once more, on the tokens that its chains had last. */
export async function reopenOrg(folder: string, refreshTokens: readonly string[]): Promise<OpenOrg> {
  const { url, pid, stop } = await startOrg(folder)
  return { target: target({ url, pid, refreshTokens }), stop }
}

function startOrg(folder: string): ReturnType<typeof startSallyport> {
  return startSallyport('org', folder, ['--file', join(folder, 'org.yaml'), '--listen', '127.0.0.1:0', '--testing'])
}

function target(reached: Pick<Target, 'url' | 'pid' | 'refreshTokens'>): Target {
  const { consumerKey, consumerSecret } = bench
  const form = { grant_type: 'refresh_token', client_id: consumerKey, client_secret: consumerSecret }
  return { ...reached, path: '/services/oauth2/token', form }
}
