/** Records of the objects that can be queried, as the REST API writes them. */
import { numberedId } from '../../values/salesforce-id.ts'
import { hasPermission, type Permissions } from '../rules/permissions.ts'
import { askedPermissions } from '../rules/soql.ts'
import type { LoginRow } from '../store/logins.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { Person } from './person.ts'

export type FieldValue = string | number | boolean | null
export type RecordFields = ReadonlyMap<string, FieldValue>
export type SObject = Readonly<Record<string, FieldValue | { readonly type: string; readonly url: string }>>

export function userFields(person: Person): RecordFields {
  return new Map<string, FieldValue>([
    ['Id', person.id],
    ['Username', person.username],
    ['LastName', person.lastName],
    ['FirstName', person.firstName],
    ['Name', person.name],
    ['Email', person.email],
    ['Alias', person.nickname],
    ['IsActive', person.isActive],
    ['UserType', 'Standard'],
    ['TimeZoneSidKey', person.timeZone],
    ['LocaleSidKey', person.locale],
    ['LanguageLocaleKey', person.language],
    ['CreatedDate', dateTime(Date.parse(person.createdAt))],
    ['LastModifiedDate', dateTime(Date.parse(person.changedAt))],
  ])
}

export function tokenFields(row: ConnectionRow): RecordFields {
  return new Map<string, FieldValue>([
    ['Id', row.id],
    ['AppName', row.app],
    ['UserId', row.userId],
    ['UseCount', row.uses],
    ['CreatedDate', dateTime(row.authorizedAt)],
    ['LastUsedDate', dateTime(row.lastUsedAt)],
  ])
}

/** SF-232. What the allowlist refuses has no user, since the token is not looked at (SF-22); our own reason is shown by the admin API alone. */
export function loginFields(row: LoginRow): RecordFields {
  return new Map<string, FieldValue>([
    ['Id', numberedId(loginPrefix, row.id)],
    ['UserId', row.userId],
    ['LoginTime', dateTime(row.at)],
    ['LoginType', row.loginType],
    ['LoginSubType', row.subType],
    ['SourceIp', row.sourceIp],
    ['Status', row.status],
    ['Application', row.loginType === 'Application' ? 'Browser' : row.app],
    ['Browser', row.userAgent],
    ['ForwardedForIp', row.forwardedFor],
  ])
}

export function permissionFields(permissions: Permissions): RecordFields {
  const has = askedPermissions.map((each) => [`Permissions${each}`, hasPermission(permissions, each)] as const)
  return new Map<string, FieldValue>([['Id', '000000000000000AAA'], ...has])
}

export const loginPrefix = '0Ya'

/** The attributes first, then the fields that were asked for. */
export function sObject(
  fields: RecordFields,
  asked: readonly string[],
  about: { readonly type: string; readonly version: string },
): SObject {
  const url = `/services/data/v${about.version}/sobjects/${about.type}/${String(fields.get('Id'))}`
  const entries = asked.map((name) => [name, fields.get(name) ?? null] as const)
  return { attributes: { type: about.type, url }, ...Object.fromEntries(entries) }
}

/** `2026-01-15T10:30:00.000+0000` */
const dateTime = (at: number): string => new Date(at).toISOString().replace('Z', '+0000')
