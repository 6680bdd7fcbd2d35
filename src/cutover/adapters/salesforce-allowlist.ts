/** The allowlist of an External Client App in an org of Salesforce, by the Metadata API (SF-244). What the org does not let be deployed, a person types. */
import type { Clock } from '../../values/domain.ts'
import { milliseconds, type Duration } from '../../values/time.ts'
import type { Acted, AllowlistPort, Asked, Invalidate, ListReading, Wait } from '../ports.ts'
import type { ListRows } from '../rules/list-change.ts'
import { formatRange } from '../../ip/range.ts'
import { SalesforceRefusal, type SalesforceApi, type SalesforceTimes } from './salesforce-api.ts'
import { openDeploys, type Deploys } from './salesforce-deploy.ts'
import {
  findSettings,
  packSettings,
  readSettings,
  rowsMissing,
  settingsType,
  withRows,
  type SettingsFile,
} from './salesforce-settings.ts'

/** The list alone; who redeemed is `salesforceHistory`. */
export type SalesforceList = Pick<AllowlistPort, 'read' | 'save'> & { readonly invalidate: Invalidate }

export type SalesforceListParts = {
  readonly salesforce: SalesforceApi
  readonly app: string
  /** Full name of the settings component; left out, the one that names the app. */
  readonly component?: string | undefined
  /** Version of the API, `62.0`. */
  readonly api: string
  readonly times: SalesforceTimes
  readonly clock: Clock
  readonly wait: (length: Duration) => Promise<void>
  /** Changes the list where Salesforce refuses the deploy: a person, as a rule. */
  readonly fallback: Pick<AllowlistPort, 'read' | 'save' | 'invalidate'>
}

type Held = ListReading & { readonly file: SettingsFile }

export function salesforceList(parts: SalesforceListParts): SalesforceList {
  const { salesforce, app, component, fallback } = parts
  const deploys = openDeploys({ ...parts, api: salesforce, patience: parts.times.deploy })
  const retrieve = async (wait?: Wait): Promise<Held> => {
    const file = findSettings(await salesforce.retrieve(settingsType, [component ?? '*'], wait), app)
    return { ...readSettings(file.text), file }
  }
  let unreadable: string | undefined
  let isAlone = false // since whoever was before has nothing under way any more
  /** Access and types that are not there stay as they are: a list that the org does not let be retrieved is what the fallback says it is, from then on. */
  const look = async (wait?: Wait): Promise<Held | undefined> => {
    if (unreadable !== undefined) return undefined
    await deploys.settle()
    try {
      return await retrieve(wait)
    } catch (cause) {
      if (!(cause instanceof SalesforceRefusal)) throw cause
      unreadable = cause.message
      return undefined
    }
  }
  return {
    async read(claim) {
      const held = await look()
      if (held === undefined) return await fallback.read(claim)
      const { rows, version, isEnforced } = held
      return { rows, version, isEnforced }
    },
    async save(rows, expects) {
      const begun = parts.clock()
      const held = await look()
      if (held === undefined) return withReason(unreadable, await fallback.save(rows, expects))
      if (held.version !== expects) return { result: 'stale', why: 'the list was changed since it was looked at' }
      // a runner that was stopped for a while has been followed by another (P-64)
      if (parts.clock() - begun > lookLength(parts))
        return { result: 'stale', why: 'the look at the list has taken too long' }
      return await saveRows({ ...parts, deploys, retrieve }, { held, rows })
    },
    async invalidate(wait = parts.wait) {
      await wait(isAlone ? ownCallOf(parts) : longestOf(parts))
      const held = await look(wait)
      if (held === undefined) return withReason(unreadable, await voidFallback(parts, wait))
      // deploys run one after the other: when this one is done, so is every one that was sent before (SF-320)
      const end = await deploys.run(packSettings(held.file, parts.api), { checkOnly: true, wait })
      if (end.kind === 'unknown') return { result: 'unknown', why: end.why }
      isAlone = true
      return end.kind === 'succeeded' ? { result: 'done' } : withReason(end.why, await voidFallback(parts, wait))
    },
  }
}

/** P-64, of what goes on by hand. */
async function voidFallback({ fallback }: SalesforceListParts, wait: Wait): Promise<Acted> {
  if (typeof fallback.invalidate === 'function') return await fallback.invalidate(wait)
  await wait(fallback.invalidate.longestCall)
  return { result: 'done' }
}

/** Of the look before a deploy, at the longest. */
const lookLength = ({ times }: SalesforceListParts): Duration => milliseconds(times.retrieve + times.call * 2)

/** P-64: whatever a predecessor had begun has been sent by then, or is not sent any more. */
const longestOf = (parts: SalesforceListParts): Duration => milliseconds(lookLength(parts) + ownCallOf(parts))

/** What this runner has sent itself, and was not answered: it need not wait for its own look. */
const ownCallOf = ({ times }: SalesforceListParts): Duration => milliseconds(times.call * 2)

type Saving = SalesforceListParts & { readonly deploys: Deploys; readonly retrieve: () => Promise<Held> }
type Change = { readonly held: Held; readonly rows: ListRows }

/** P-65: what is deployed is the file that was read a moment ago; what it has become is read again. */
async function saveRows(saving: Saving, { held, rows }: Change): Promise<Acted | Asked> {
  const { deploys, api, fallback } = saving
  const text = withRows(held.file.text, rows)
  const end = await deploys.run(packSettings({ ...held.file, text }, api), { checkOnly: false })
  switch (end.kind) {
    case 'unknown':
      return { result: 'unknown', why: end.why }
    case 'refused': {
      const { version } = await fallback.read()
      return withReason(end.why, await fallback.save(rows, version))
    }
    case 'succeeded':
      return await afterDeploy(saving, { held, rows, id: end.id })
  }
}

/** What is gone and is not ours was somebody's, whose save crossed ours. What is ours is seen by the next look. */
async function afterDeploy(saving: Saving, { held, rows, id }: Change & { readonly id: string }): Promise<Acted> {
  const after = await saving.retrieve()
  const others = rows.filter((row) => rowsMissing([row], held.rows).length === 0)
  const gone = rowsMissing(others, after.rows)
  if (gone.length === 0) return { result: 'done', why: `the deploy ${id} succeeded` }
  const names = gone.map(formatRange).join(' and ')
  const text = withRows(after.file.text, [...after.rows, ...gone])
  const again = await saving.deploys.run(packSettings({ ...after.file, text }, saving.api), { checkOnly: false })
  const mended = again.kind === 'succeeded' ? 'It was put back.' : `It could not be put back: ${again.why}.`
  return {
    result: 'disturbed',
    why: `Somebody else has saved the list while it was deployed: ${names} was gone. ${mended}`,
  }
}

/** Says in whose place the fallback acts. */
function withReason<T extends Acted | Asked>(reason: string | undefined, acted: T): T {
  const instead = `Salesforce does not let this list be changed by its API (${reason ?? 'it says no more'}), so it goes on by hand.`
  return { ...acted, why: acted.why === undefined ? instead : `${instead} ${acted.why}` }
}
