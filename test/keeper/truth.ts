/** What an org knows of one grant, to be held against what a keeper believes. */
import type { TestOrg } from '../../src/testing.ts'

type Entry = { readonly grantId: string | null; readonly subType: string; readonly decision: string }

async function history(org: TestOrg): Promise<readonly Entry[]> {
  const answer = await org.admin('/login-history?limit=100')
  const page = (await answer.json()) as { readonly entries: readonly Entry[] }
  return page.entries
}

/** Of the grant that was made last. */
export async function newestGrant(org: TestOrg): Promise<string> {
  const made = (await history(org)).find((each) => each.subType === 'authorization_code' && each.decision === 'allowed')
  if (made === undefined || made.grantId === null) throw new Error('the org has made no grant')
  return made.grantId
}

/** What became of each refresh token of this grant that was sent, oldest first: `allowed` where it was spent, `reuse` where a spent one came again. Of the
 *  last hundred decisions of the org. */
export async function redemptionsOf(org: TestOrg, grant: string): Promise<readonly string[]> {
  const entries = (await history(org)).filter(
    ({ subType, grantId }) => subType === 'refresh_token' && grantId === grant,
  )
  return entries.map(({ decision }) => decision).toReversed()
}

type Usage = { readonly useCount: number; readonly refusals: number }

/** How often refresh tokens of the only grant of an org were redeemed, and how often they were refused. */
export async function usageOf(org: TestOrg): Promise<Usage> {
  const answer = await org.admin('/oauth-usage')
  const { grants } = (await answer.json()) as { readonly grants: readonly Usage[] }
  const [grant, another] = grants
  if (grant === undefined || another !== undefined) throw new Error(`the org has ${grants.length} grants`)
  return { useCount: grant.useCount, refusals: grant.refusals }
}
