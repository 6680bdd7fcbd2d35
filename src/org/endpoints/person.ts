/** A user as the identity endpoints and the REST API tell of him: the metadata fields, with what is left out made up for. */
import type { UserRow } from '../store/users.ts'

export type Person = {
  readonly id: string
  readonly username: string
  readonly isActive: boolean
  /** First and last name, or the username. */
  readonly name: string
  readonly firstName: string | null
  readonly lastName: string
  readonly nickname: string
  readonly email: string
  readonly timeZone: string
  /** Of the time zone outside of daylight saving, in milliseconds. */
  readonly utcOffset: number
  readonly language: string
  readonly locale: string
  /** `2026-01-15T10:30:00Z` */
  readonly createdAt: string
  readonly changedAt: string
}

const fallback = { timeZone: 'GMT', language: 'en_US', locale: 'en_US' } as const

export function personOf(row: UserRow): Person {
  const field = fieldsOf(row.content)
  const localPart = row.username.split('@')[0] ?? row.username
  const timeZone = field('timeZoneSidKey') ?? fallback.timeZone
  const firstName = field('firstName') ?? null
  const lastName = field('lastName') ?? localPart
  return {
    id: row.id,
    username: row.username,
    isActive: row.isActive === 1,
    name: [firstName, lastName].filter(Boolean).join(' '),
    firstName,
    lastName,
    nickname: field('alias') ?? localPart,
    email: field('email') ?? row.username,
    timeZone,
    utcOffset: standardOffset(timeZone, row.createdAt),
    language: field('languageLocaleKey') ?? fallback.language,
    locale: field('localeSidKey') ?? fallback.locale,
    createdAt: secondText(row.createdAt),
    changedAt: secondText(row.changedAt),
  }
}

/** Whole seconds, as Salesforce writes instants in JSON. */
export const secondText = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`

function fieldsOf(content: string): (name: string) => string | undefined {
  const parsed: unknown = JSON.parse(content)
  const fields = new Map<string, unknown>(typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [])
  return (name) => {
    const value = fields.get(name)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
}

/** The smaller of January's and July's offset; zero for a zone that this machine does not know. */
function standardOffset(timeZone: string, at: number): number {
  const year = new Date(at).getUTCFullYear()
  return Math.min(offsetAt(timeZone, Date.UTC(year, 0, 1)), offsetAt(timeZone, Date.UTC(year, 6, 1)))
}

function offsetAt(timeZone: string, at: number): number {
  const text = offsetText(timeZone, at)
  const [, sign, hours = '0', minutes = '0'] = /^GMT([+-])(\d{2}):(\d{2})$/.exec(text) ?? []
  const magnitude = (Number(hours) * 60 + Number(minutes)) * 60_000
  return sign === '-' ? -magnitude : magnitude
}

function offsetText(timeZone: string, at: number): string {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    return format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  } catch {
    return '' // the file of the admin may name any zone
  }
}
