/** The file of a cutover: what it may say, and what is wrong with one, at its line and column. */
import { parseDuration } from '../documents/duration.ts'
import type { DocumentFault } from '../documents/fault.ts'
import { resolveSecrets, type SecretReaders } from '../documents/secrets.ts'
import { validateDocument } from '../documents/validate.ts'
import { parseYamlDocument, type Locate } from '../documents/yaml-document.ts'
import { formatAddress, parseAddress } from '../ip/address.ts'
import { fault, ok, type Result } from '../values/result.ts'
import { minutes, seconds, type Duration } from '../values/time.ts'
import { findDoubts, findShortSight, findFileFaults, findHaste } from './configuration-faults.ts'
import { proxiesOf, type AppOfFile, type CutoverFile } from './configuration-file.ts'
import { cutoverSchema } from './configuration-schema.ts'
import { findPlanFaults, type PlanFault } from './rules/plan-faults.ts'
import type { Plan, PlannedApp } from './rules/plan.ts'

export type ReadPlan = {
  readonly file: CutoverFile
  readonly plan: Plan
  readonly lookBack: Duration
  readonly warnings: readonly DocumentFault[]
  /** With the line of the file that it is about, as far as there is one. */
  readonly place: (fault: PlanFault) => DocumentFault
  /** The same text with what its secrets are by now, such as a token that was written anew into its file; undefined where one is not there any more. */
  readonly readAgain: () => CutoverFile | undefined
}

export type ReadTerms = {
  readonly name: string
  readonly readers: SecretReaders
  readonly testing: boolean
  /** What else may be wrong with it, that is not for this system to know. */
  readonly more?: (file: CutoverFile) => readonly PlanFault[]
}

/** `testing`: waits may be shorter than what is known of Salesforce (SF-293). */
export function readCutoverFile(
  text: string,
  { name: called, readers, testing, more = () => [] }: ReadTerms,
): Result<ReadPlan, readonly DocumentFault[]> {
  const document = parseYamlDocument(text, called)
  if (!document.ok) return document
  const { value, locate } = document.value
  const validated = validateDocument(cutoverSchema, value, locate)
  if (!validated.ok) return validated
  const resolved = resolveSecrets(validated.value, readers, locate)
  if (!resolved.ok) return resolved
  const file = resolved.value.value
  const plan = planOf(file)
  const faults = [
    ...findPlanFaults(plan),
    ...findFileFaults(file),
    ...more(file),
    ...(testing ? [] : findHaste(plan.terms)),
  ]
  if (faults.length > 0) return fault(faults.map((each) => placed(each, locate)))
  const doubts = [...findDoubts(file), ...findShortSight(lengthOf(file.lookBack))]
  const warnings = [...resolved.value.warnings, ...doubts.map((each) => placed(each, locate))]
  const readAgain = (): CutoverFile | undefined => {
    const again = resolveSecrets(validated.value, readers, locate)
    return again.ok ? again.value.value : undefined
  }
  const place = (each: PlanFault): DocumentFault => placed(each, locate)
  return ok({ file, plan, lookBack: lengthOf(file.lookBack), warnings, place, readAgain })
}

function placed({ path, ...rest }: PlanFault, locate: Locate): DocumentFault {
  const steps = path
    .split(/[.[\]]+/)
    .filter((each) => each !== '')
    .map((each) => (/^\d+$/.test(each) ? Number(each) : each))
  const where = locate(steps)
  return { path, ...rest, ...(where === undefined ? {} : { where }) }
}

function planOf(file: CutoverFile): Plan {
  const { from, to, traffic, propagationWait, drainWait, watch, second } = file
  const propagation = lengthOf(propagationWait)
  return {
    ...{
      apps: [file, ...(second === undefined ? [] : [second])].map(plannedApp),
      from: from.map(canonical),
      to: to.map(canonical),
    },
    ...(proxiesOf(traffic) === undefined ? {} : { by: 'proxies' as const }),
    terms: {
      ...{ propagation, watch: lengthOf(watch.for), redemptionSuccess: watch.redemptionSuccess, quiet: propagation },
      drain: lengthOf(drainWait),
      probes: proxiesOf(traffic) === undefined ? 3 : 1, // a sample has every address at least twice (SF-288)
      ...{ proofs: 1, recheck: minutes(5), retry: propagation < seconds(10) ? propagation : seconds(10) },
      ...{ patience: 8, saves: 3, freshness: propagation < seconds(5) ? propagation : seconds(5) },
    },
  }
}

/** A list that only a support case changes is that of a legacy Connected App (SF-141). */
const plannedApp = ({ app, allowlist }: AppOfFile): PlannedApp => ({
  name: app,
  kind: 'supportCase' in allowlist ? 'connected-app' : 'external-client-app',
})

function canonical(text: string): string {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`an address was not validated: ${text}`)
  return formatAddress(parsed.value)
}

/** Of a text that the schema has taken. */
export function lengthOf(text: string): Duration {
  const parsed = parseDuration(text)
  if (!parsed.ok) throw new Error(`a duration was not validated: ${parsed.fault}`)
  return parsed.value
}
