/** Controls that whoever has switched them on cannot switch off again: which ones a change of an app would switch off (SF-98, SF-147, SF-196). */
import type { FieldFault, Fields } from './fields.ts'
import { policies } from './policies/list.ts'
import type { PolicyContext } from './policy.ts'

/** In the order of the policies' list. What is left out counts as its default; whether the app is one to which this applies, the caller knows. */
export function switchedOff(before: Fields, after: Fields, context: PolicyContext): readonly FieldFault[] {
  return policies.flatMap(({ oneWay }) => {
    if (oneWay === undefined || !oneWay.isOn(before, context) || oneWay.isOn(after, context)) return []
    return [{ field: oneWay.field, means: 'is on, and cannot be switched off again' }]
  })
}
