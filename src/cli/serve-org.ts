/** An org of this process: started, announced, and left to be closed. */
import { faultLine } from '../documents/fault.ts'
import { printWarning } from './complaint.ts'
import { complaintOf, type Listening } from './complaint-of.ts'
import { wordsToMend, type House } from './serve.ts'
import { startOrg, type OrgRequest, type StartedOrg } from './start-org.ts'
import type { Terminal } from './terminal.ts'

/** Its line on standard output is the first one, for which programs wait. Throws a Complaint where it cannot start. */
export async function serveOrg(terminal: Terminal, request: OrgRequest, house: House): Promise<StartedOrg> {
  const org = await start(request, house)
  house.keep(() => org.close())
  terminal.out(JSON.stringify({ event: 'listening', service: 'org', url: org.url }))
  for (const each of org.warnings) printWarning(terminal, { means: faultLine(each), next: [each.next] })
  return org
}

async function start(request: OrgRequest, { onFault }: House): Promise<StartedOrg> {
  try {
    return await startOrg(request, onFault)
  } catch (cause) {
    throw complaintOf(cause, orgListening(request.configuration.listen)) ?? wordsToMend(cause, 'The org') ?? cause
  }
}

export const orgListening = (listen: string): Listening => ({
  listen,
  usual: '127.0.0.1:8480',
  tell: (address) => `--listen ${address}`,
})
