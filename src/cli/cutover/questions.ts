/** What a run may wait for a person with: how it is answered, and what to think about first. */

/** The command by which a person says yes. */
export const answerTo = (question: string, id: string): string =>
  `sallyport cutover ${question.startsWith('It is paused') ? 'continue' : 'release'} ${id}`

export function adviceOn(question: string): string {
  if (question.startsWith('Not heard of'))
    return 'Each of them last redeemed from an address that is to go. If it redeems seldom, wait until it has, and run this again; if it is gone or may break, release it.'
  if (question.startsWith('It is held'))
    return 'Both old and new addresses are in the list, so nobody is locked out while it waits.'
  return 'Nothing is changed while it waits.'
}
