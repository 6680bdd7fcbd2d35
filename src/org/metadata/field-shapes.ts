/** Fields that several metadata types have in common. */
import type { Schema } from '../../values/schema.ts'
import type { TokenIpRange } from '../rules/fields.ts'
import { text } from './schema.ts'
import { objectOf, optional, string } from './shape.ts'

/** An API name: letters, digits and single underscores. */
export const apiName: Schema<string> = string({
  pattern: '^[A-Za-z](?:_?[A-Za-z0-9])*$',
  maxLength: 80,
  description: 'API name, unique over External Client Apps and Connected Apps.',
})

export const described = (description: string, maxLength = 8000): Schema<string> => string({ maxLength, description })

/** Rows are judged together, each fault with its row; more rows than the limit get that judgement too, up to a bound. */
const mostRows = 1000

const bound = string({ maxLength: 255 })

type RangeOf<Start extends string, End extends string> = { readonly [E in Start | End]: string } & {
  readonly description?: string
}

const rangesSpelled = <Start extends string, End extends string>(
  start: Start,
  end: End,
): Schema<RangeOf<Start, End>[]> => ({
  type: 'array',
  items: objectOf({ [start]: bound, [end]: bound, description: optional(text) }),
  maxItems: mostRows,
})

/** SF-264 */
export const tokenIpRanges: Schema<TokenIpRange[]> = rangesSpelled('startIpAddress', 'endIpAddress')
export type StartEnd = RangeOf<'start', 'end'>
/** SF-263 */
export const startEndRanges: Schema<StartEnd[]> = rangesSpelled('start', 'end')
export type StartAddress = RangeOf<'startAddress', 'endAddress'>
/** SF-265 */
export const startAddressRanges: Schema<StartAddress[]> = rangesSpelled('startAddress', 'endAddress')
