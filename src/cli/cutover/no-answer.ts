/** What an adapter could not reach or was refused by, and what to do about it. */
import { unreadable, unsendable } from '../../cutover/adapters/json-api.ts'
import { complaint, type Complaint } from '../complaint.ts'

export function noAnswer(cause: unknown): never {
  throw complaintOn(cause instanceof Error ? cause.message : String(cause))
}

const places = [
  { who: 'org', next: 'Write at allowlist: { org: … } where the org listens, e.g. http://127.0.0.1:8480.' },
  {
    who: 'gateway',
    next: 'Write at traffic: { gateway: … } where the admin API of the gateway listens, port 9294 as a rule, and not the proxy itself.',
  },
  { who: 'keeper', next: 'Write at keeper: where its API listens, e.g. http://127.0.0.1:8481.' },
] as const

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

function complaintOn(reason: string): Complaint {
  const [, unwelcome = ''] = /^The (org|gateway|keeper) answered 401/.exec(reason) ?? []
  if (unwelcome !== '')
    return complaint(
      `${reason} Nothing was changed.`,
      `Write its token in the cutover file, as tokens: { ${unwelcome}: { env: NAME } }, or ${unwelcome}: { file: PATH }.`,
    )
  if (reason.includes('No app is called'))
    return complaint(
      `${reason} Nothing was changed.`,
      'Write at app: in the cutover file, or at second.app:, the name that the app has in its org.',
    )
  const other = places.find(({ who }) => reason.startsWith(`The ${who} answered 4`))
  if (other !== undefined && reason.endsWith(unreadable))
    return complaint(
      `What the cutover file names as its ${other.who} is something else: ${lowerFirst(reason)}. Nothing was changed.`,
      other.next,
    )
  if (reason.endsWith(unsendable))
    return complaint(
      `${reason}. Nothing was changed.`,
      'Look at what tokens: in the cutover file names: a variable or a file that holds the token and nothing else.',
    )
  const [, origin] = /^(https?:\/\/\S+) does not answer/.exec(reason) ?? []
  if (origin !== undefined)
    return complaint(
      `${reason}. Nothing was changed.`,
      `See that what the cutover file names at ${origin} runs there, and run this again.`,
      'sallyport doctor',
    )
  return complaint(
    `Lists, pool or keeper could not be read: ${reason}`,
    'See that what the cutover file names is right.',
    'sallyport doctor',
  )
}
