/** What an adapter could not reach or was refused by, and what to do about it. */
import { complaint, type Complaint } from '../complaint.ts'

export function noAnswer(cause: unknown): never {
  throw complaintOn(cause instanceof Error ? cause.message : String(cause))
}

function complaintOn(reason: string): Complaint {
  const [, who = ''] = /^The (org|gateway|keeper) answered 401/.exec(reason) ?? []
  if (who !== '')
    return complaint(
      `${reason} Nothing was changed.`,
      `Write its token in the cutover file, as tokens: { ${who}: { env: NAME } }, or ${who}: { file: PATH }.`,
    )
  if (reason.includes('No app is called'))
    return complaint(
      `${reason} Nothing was changed.`,
      'Write at app: in the cutover file the name that the app has in its org.',
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
