/** Hours of the week in which no heartbeat begins: written as `Mon-Fri 08:00-18:00 +02:00`, as `22:00-04:00` for every day, or as
 *  `Fri 18:00-Mon 06:00 UTC`. */
import { fault, ok, type Result } from '../../values/result.ts'
import { after, days, minutes, type Instant } from '../../values/time.ts'

/** A window that comes back every week. All three are minutes. */
export type Blackout = {
  /** Since Monday 00:00 of the zone's week. */
  readonly from: number
  /** At most a week. */
  readonly length: number
  /** What the zone's clocks are ahead of UTC; there is no daylight saving here. */
  readonly offset: number
}

/** One window for each day that is named. The fault is the end of a sentence that begins with the text. */
export function parseBlackouts(text: string): Result<readonly Blackout[], string> {
  const [window, offset] = withoutZone(text.trim())
  const fromDayToDay = new RegExp(`^${day} ${time} ?- ?${day} ${time}$`, 'i').exec(window)
  const read = fromDayToDay === null ? onDays(window) : acrossDays(fromDayToDay)
  if (read === undefined || offset === undefined)
    return fault('is no window such as "Mon-Fri 08:00-18:00 +02:00", "22:00-04:00" or "Fri 18:00-Mon 06:00 UTC"')
  if (read.some(({ length }) => length === 0)) return fault('ends when it begins')
  return ok(read.map((each) => ({ ...each, offset })))
}

/** The first moment from `at` on that lies in no window; undefined where they leave none. */
export function freeFrom(at: Instant, blackouts: readonly Blackout[]): Instant | undefined {
  const giveUp = after(at, minutes(week))
  for (let free = at; free < giveUp;) {
    const left = Math.max(0, ...blackouts.map((each) => leftOf(free, each)))
    if (left === 0) return free
    free = after(free, minutes(left))
  }
  return undefined
}

type Window = Omit<Blackout, 'offset'>

const [dayLong, week] = [24 * 60, 7 * 24 * 60]
const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const day = '(Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const time = '([0-2]?\\d:[0-5]\\d)'

/** Of the window that `at` lies in, in minutes and their parts; 0 where it lies outside. */
function leftOf(at: Instant, { from, length, offset }: Blackout): number {
  // 1970 began on a Thursday
  const ofWeek = (at + minutes(offset) + days(3)) / minutes(1)
  const since = (((ofWeek - from) % week) + week) % week
  return since < length ? length - since : 0
}

function withoutZone(text: string): readonly [window: string, offset: number | undefined] {
  const [, window, zone] = /^(.*\d)\s+(UTC|Z|[+-]\d\d:?\d\d)$/i.exec(text) ?? []
  if (window === undefined || zone === undefined) return [text, 0]
  const [, sign, hour, minute] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? []
  if (sign === undefined) return [window, 0]
  const offset = Number(hour) * 60 + Number(minute)
  return [window, offset > 14 * 60 || Number(minute) > 59 ? undefined : sign === '-' ? -offset : offset]
}

function acrossDays([, day1 = '', time1 = '', day2 = '', time2 = '']: readonly string[]):
  readonly Window[] | undefined {
  const [start, end] = [minuteOf(time1), minuteOf(time2)]
  if (start === undefined || end === undefined) return undefined
  const from = indexOf(day1) * dayLong + start
  return [{ from: from % week, length: (indexOf(day2) * dayLong + end - from + 2 * week) % week }]
}

function onDays(window: string): readonly Window[] | undefined {
  const [, named = 'daily', time1 = '', time2 = ''] =
    new RegExp(`^(?:([a-z, -]+?) )?${time} ?- ?${time}$`, 'i').exec(window) ?? []
  const [start, end, all] = [minuteOf(time1), minuteOf(time2), daysOf(named.toLowerCase())]
  if (start === undefined || end === undefined || all === undefined) return undefined
  // an end before the beginning is on the next day
  const length = end >= start ? end - start : end - start + dayLong
  return all.map((index) => ({ from: index * dayLong + start, length }))
}

function minuteOf(text: string): number | undefined {
  const [hour = 25, minute = 0] = text === '' ? [] : text.split(':').map(Number)
  const of = hour * 60 + minute
  return of <= dayLong ? of : undefined
}

/** `daily`, `sat,sun`, `mon-fri`, `fri-mon`. */
function daysOf(named: string): readonly number[] | undefined {
  if (named === 'daily') return dayNames.map((_, index) => index)
  const all = named.split(/,\s*/).map((part) => {
    const [first = '', last = first, ...more] = part.split('-')
    const [from, until] = [indexOf(first), indexOf(last)]
    if (from < 0 || until < 0 || more.length > 0) return undefined
    return Array.from({ length: ((until - from + 7) % 7) + 1 }, (_, step) => (from + step) % 7)
  })
  return all.includes(undefined) ? undefined : [...new Set(all.flatMap((each) => each ?? []))]
}

const indexOf = (name: string): number => dayNames.indexOf(name.trim().toLowerCase())
