/** Sallyport's org as released: its own command, SQLite with synchronous=FULL, strict rotation. `--folder DIR --grants N`. */
import { parseArgs } from 'node:util'
import { openOrg } from '../org/open.ts'
import { announce } from './announce.ts'

const { values } = parseArgs({
  options: { folder: { type: 'string' }, grants: { type: 'string', default: '32' } },
})
if (values.folder === undefined) throw new Error('--folder DIR is missing: where the database goes')

const org = await openOrg(values.folder, Number(values.grants))
announce(org.target, () => org.stop())
