/** Fields that several metadata types have in common. */
import Type, { type TArray, type TString, type TUnsafe } from 'typebox'
import type { TokenIpRange } from '../rules/fields.ts'
import { closed, text } from './schema.ts'

/** An API name: letters, digits and single underscores. */
export const apiName: TString = Type.String({
  pattern: '^[A-Za-z](?:_?[A-Za-z0-9])*$',
  maxLength: 80,
  description: 'API name, unique over External Client Apps and Connected Apps.',
})

export const described = (description: string, maxLength = 8000): TString => Type.String({ maxLength, description })

/** Rows are judged together, each fault with its row; more rows than the limit get that judgement too, up to a bound. */
const mostRows = 1000

type RangeOf<Start extends string, End extends string> = { readonly [E in Start | End]: string } & {
  readonly description?: string
}

function rangesSpelled<Start extends string, End extends string>(
  start: Start,
  end: End,
): TArray<TUnsafe<RangeOf<Start, End>>> {
  const ends = Type.Object(
    {
      [start]: Type.String({ maxLength: 255 }),
      [end]: Type.String({ maxLength: 255 }),
      description: Type.Optional(text),
    },
    closed,
  )
  return Type.Array(Type.Unsafe<RangeOf<Start, End>>(ends), { maxItems: mostRows })
}

/** SF-264 */
export const tokenIpRanges: TArray<TUnsafe<TokenIpRange>> = rangesSpelled('startIpAddress', 'endIpAddress')
export type StartEnd = RangeOf<'start', 'end'>
/** SF-263 */
export const startEndRanges: TArray<TUnsafe<StartEnd>> = rangesSpelled('start', 'end')
export type StartAddress = RangeOf<'startAddress', 'endAddress'>
/** SF-265 */
export const startAddressRanges: TArray<TUnsafe<StartAddress>> = rangesSpelled('startAddress', 'endAddress')
