/** What may go wrong in a rehearsal. Apart from how it is made to, for those who only name it. */
/** By name, with what happens. */
export const rehearsalFaults = {
  'save-not-taking': 'the first save of the list answers success and changes nothing',
  'propagation-45s': 'each save of the list takes 45 s to be in force',
  'address-not-registered': 'the last of the new addresses is shown in the list and not admitted all the same',
  'address-dead': 'nothing can leave from the last of the new addresses',
  'org-503': 'the org answers 503 to a dozen redemptions once the new addresses are to be proven',
  'gateway-restarted': 'the gateway is restarted right after the traffic has moved',
  'list-edited': 'somebody else adds a range to the list once the new addresses are in it',
} as const
export type RehearsalFault = keyof typeof rehearsalFaults

export const isRehearsalFault = (text: string): text is RehearsalFault => Object.hasOwn(rehearsalFaults, text)
