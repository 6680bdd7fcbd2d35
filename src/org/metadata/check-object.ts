/** What a schema cannot say of an object: lists of ranges, names that must exist, fields that must fit each other. */
import { parseRangeList, trustedRangeLimits, type RowFault } from '../../ip/range-list.ts'
import { readRangeRow, startAddress, startEnd, type RangeSpelling } from '../../ip/range-spelling.ts'
import { minutes } from '../../values/time.ts'
import { suggestion } from '../../documents/nearest.ts'
import type { Path } from '../../documents/fault.ts'
import type { AppObject } from './app-object.ts'
import { checkForSave, compileApp, type CompileTerms } from './compile-app.ts'
import type { ObjectFault } from './object-fault.ts'
import type { SecuritySettings } from './org-wide.ts'
import { defaultProfile, type Profile, type User } from './people.ts'

/** Everything that would keep the app from being saved. Whether its names and keys are free, the store says. */
export function checkAppForSave(app: AppObject, context: CompileTerms['context']): readonly ObjectFault[] {
  const compiled = compileApp(app, { version: 0, context, orgSessionTimeout: minutes(1) })
  return [...(compiled.ok ? [] : compiled.fault), ...checkForSave(app, context)]
}

export const checkSecuritySettings = ({ networkAccess }: SecuritySettings): readonly ObjectFault[] =>
  rangeFaults(networkAccess?.ipRanges ?? [], startEnd, ['networkAccess', 'ipRanges'])

export const checkProfile = ({ loginIpRanges }: Profile): readonly ObjectFault[] =>
  rangeFaults(loginIpRanges ?? [], startAddress, ['loginIpRanges'])

export function checkUser({ profile = defaultProfile }: User, profiles: readonly string[]): readonly ObjectFault[] {
  if (profiles.includes(profile)) return []
  return [{ at: ['profile'], message: `no profile is called ${profile}`, next: suggestion(profile, profiles) }]
}

function rangeFaults(rows: readonly object[], spelling: RangeSpelling, at: Path): readonly ObjectFault[] {
  const parsed = parseRangeList(
    rows.map((row) => readRangeRow({ ...row }, spelling)),
    trustedRangeLimits,
  )
  return parsed.ok ? [] : parsed.fault.map((each) => rowFault(each, at))
}

const rowFault = ({ row, message }: RowFault, at: Path): ObjectFault => ({
  at: [...at, row - 1],
  message,
  next: 'Change that row.',
  row,
})
