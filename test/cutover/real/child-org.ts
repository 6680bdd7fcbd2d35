/** An org in a process of its own, in memory, its admin API with the testing plane: `node child-org.ts GRANTS`. Prints one JSON line. */
import { startOrg } from '../../../src/testing.ts'
import { manyUsers, userNamed } from '../../rotation/many-users.ts'

const [grants = '0'] = process.argv.slice(2)
const org = await startOrg({ users: manyUsers(Number(grants)) })
const tokens: string[] = []
for (let nth = 0; nth < Number(grants); nth += 1)
  tokens.push((await org.grant({ username: userNamed(nth) })).refresh_token)
const { url, client, adminToken } = org
process.stdout.write(`${JSON.stringify({ url, client, adminToken, tokens })}\n`)
