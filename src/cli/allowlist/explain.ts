/** `allowlist explain`: the decision on a redemption that nobody made, with all that was looked at. */
import { isRecord } from '../../documents/words.ts'
import { parseAddress } from '../../ip/address.ts'
import { explainAddressFault } from '../../ip/address-fault.ts'
import { pasteable, wrongUsage } from '../complaint.ts'
import { shellWord } from '../self.ts'
import type { Terminal } from '../terminal.ts'
import { adminOf, appPath, type AllowlistFlags } from './list-of-app.ts'

export type ExplainFlags = AllowlistFlags & { readonly from: string; readonly flow: string; readonly username?: string }

/** Sets the exit code to 1 where the redemption would not be allowed. */
export async function explainDecision(terminal: Terminal, app: string, flags: ExplainFlags): Promise<void> {
  const { from, flow, username, json, org } = flags
  const address = parseAddress(from)
  if (!address.ok) throw wrongUsage(`--from ${explainAddressFault(address.fault)}.`, '--from 192.0.2.7')
  const { body } = await adminOf(terminal, flags).ask('POST', `${appPath(app)}/explain`, {
    body: { from, flow, ...(username === undefined ? {} : { username }) },
  })
  if (!isRecord(body)) throw new Error('the org sent an explanation that cannot be read')
  if (body['verdict'] !== 'allowed') process.exitCode = 1
  if (json) terminal.out(JSON.stringify(body))
  else for (const line of explanationLines(terminal, { app, from, flow, org }, body)) terminal.out(line)
}

type Asked = { readonly app: string; readonly from: string; readonly flow: string; readonly org: string | undefined }
type Fields = Readonly<Record<string, unknown>>

function explanationLines({ paint }: Terminal, { app, from, flow, org }: Asked, body: Fields): string[] {
  const about = `${flow} for ${app} from ${from}`
  const traces = recordsIn(body['steps']).flatMap((step) => textsIn(step['sentences']))
  return [
    verdictLine({ paint }, body, about),
    ...(typeof body['means'] === 'string' ? [`  ${body['means']}`] : []),
    ...clientWords(body['public']),
    ...(traces.length === 0 ? [] : [paint.bold('Trace'), ...traces.map((each) => `  ${each}`)]),
    ...(typeof body['rotationMode'] === 'string' ? [`  rotation mode: ${body['rotationMode']}`] : []), // L-21
    ...nextSteps(body, app).map((each) => `${paint.bold('Try:')} ${pasteable(atOrg(each, org))}`),
  ]
}

function verdictLine({ paint }: Pick<Terminal, 'paint'>, { verdict, policy }: Fields, about: string): string {
  if (verdict === 'allowed') return `${paint.green('Allowed')}: ${about}`
  if (verdict === 'no-grant')
    return `${paint.yellow('No live grant')} of that user: ${about}; the app itself may redeem`
  return `${paint.red('Refused')}: ${about}${typeof policy === 'string' ? `, by ${policy}` : ''}`
}

/** Salesforce's opaque words, which are all that the other side is given. */
function clientWords(words: unknown): string[] {
  if (!isRecord(words)) return []
  const { error, description, status } = words
  return [`  The client is told: ${String(error)}, "${String(description)}" (status ${String(status)})`]
}

/** A command speaks to the org that was asked, and not to the one of the configuration. */
const atOrg = (next: string, org: string | undefined): string =>
  org !== undefined && next.startsWith('sallyport ') ? `${next} --org ${shellWord(org)}` : next

/** Without the advice to ask for what was just asked. */
const nextSteps = ({ next }: Fields, app: string): string[] =>
  textsIn(next).filter((each) => !each.startsWith(`sallyport allowlist explain ${app}`))

const recordsIn = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
