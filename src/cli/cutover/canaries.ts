/** Whether the canaries of a cutover file are there and may redeem, before anything is begun: without one nothing can be proven. */
import { openJsonApi, refusalOf, textIn, type JsonApi } from '../../cutover/adapters/json-api.ts'
import type { ReadPlan } from '../../cutover/configuration.ts'
import { Complaint, type Trouble } from '../complaint.ts'
import type { Terminal } from '../terminal.ts'
import { groundOf, keeperToken } from './ground.ts'
import { noAnswer } from './no-answer.ts'
import type { CutoverFlags } from './place.ts'

/** Throws a Complaint where an app has no canary that may redeem. Reads alone. */
export async function expectCanaries(terminal: Terminal, { file }: ReadPlan, flags: CutoverFlags): Promise<void> {
  const { loaded } = groundOf(terminal, flags.config)
  const apps = [file, ...(file.second === undefined ? [] : [file.second])]
  const keepers = typeof file.keeper === 'string' ? [file.keeper] : [file.keeper.from, file.keeper.to]
  const troubles: Trouble[] = []
  for (const { app, connections, tokens } of apps)
    for (const keeper of keepers) {
      const api = openJsonApi({ base: `${keeper}/v1`, token: keeperToken(loaded, tokens.keeper ?? file.tokens.keeper) })
      const looked = await Promise.all(connections.map(async (each) => await troubleOf(api, keeper, each)))
      // one is enough: the next is taken where one is spent
      if (looked.every((each) => each !== undefined))
        troubles.push(
          ...looked.map(({ means, next }) => ({ next, means: `${means}, so nothing could be proven for ${app}.` })),
        )
    }
  if (troubles.length > 0) throw new Complaint(troubles)
}

/** `means` without its full stop. */
async function troubleOf(api: JsonApi, keeper: string, connection: string): Promise<Trouble | undefined> {
  const answer = await api.ask('GET', `/connections/${encodeURIComponent(connection)}`).catch(noAnswer)
  if (answer.status === 404 && textIn(answer.body, 'code') === 'UNKNOWN_CONNECTION')
    return {
      means: `The keeper at ${keeper} has no connection ${JSON.stringify(connection)}`,
      next: ['sallyport connections', 'Name at connections: in the cutover file one that it has.'],
    }
  if (answer.status !== 200) return noAnswer(refusalOf(answer, 'The keeper'))
  const state = textIn(answer.body, 'state') ?? ''
  if (!spent.has(state)) return undefined
  return {
    means: `The connection ${JSON.stringify(connection)} cannot redeem: ${textIn(answer.body, 'why') ?? state}`,
    next: ['Authorize it again, or name another at connections: in the cutover file.'],
  }
}

/** Of these nothing more comes until a person does something. */
const spent: ReadonlySet<string> = new Set(['reauthorization-required', 'handed-over'])
