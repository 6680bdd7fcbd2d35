/** An org in a process of its own, to be killed: `node child-org.ts FOLDER GRANTS`. Prints one JSON line with its URL, its client and its grants' tokens. */
import { startOrg } from '../../src/testing.ts'
import { manyUsers, userNamed } from './many-users.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

const [folder = '', grants = '0'] = process.argv.slice(2)
const org = await startOrg({ storage: { folder }, users: manyUsers(100) })
const tokens: string[] = []
for (let nth = 0; nth < Number(grants); nth += 1)
  tokens.push((await org.grant({ ...withoutIdToken, username: userNamed(nth) })).refresh_token)
process.stdout.write(`${JSON.stringify({ url: org.url, client: org.client, tokens })}\n`)
