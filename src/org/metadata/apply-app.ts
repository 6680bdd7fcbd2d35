/** What the org file does to an app: its fields, and its consumer secret, which is compared in the clear and stored sealed. */
import { storedApp } from '../settings/compile.ts'
import type { AppRow } from '../store/apps.ts'
import {
  mintConsumerKey,
  mintConsumerSecret,
  sealConsumerSecret,
  unsealConsumerSecret,
} from '../tokens/consumer-secret.ts'
import { withConsumerKey, withoutSecret, readApp, type AppObject } from './app-object.ts'
import { checkChange } from './check-change.ts'
import type { ApplyParts, Planned } from './planned.ts'
import type { Secret } from '../../values/secret.ts'
import { canonicalJson, merge, sameValue, type Difference } from './merge.ts'
import type { ObjectFault } from './object-fault.ts'

/** What is remembered of the file; the secret sealed, in base64. */
type Remembered = { readonly object: unknown; readonly secret?: string }

type Before = { readonly row: AppRow | undefined; readonly reapply: boolean }
type SecretParts = Pick<ApplyParts, 'keyring' | 'random'>
type AppParts = SecretParts & Pick<ApplyParts, 'configuration'>

export function planApp(parts: AppParts, app: AppObject, { row, reapply }: Before): Planned {
  const label = `${app.kind} ${app.object.name}`
  const consumerKey = readApp(app).consumerKey ?? row?.consumerKey ?? mintConsumerKey(parts.random)
  const wanted = withConsumerKey(withoutSecret(app), consumerKey).object
  const before: Remembered | undefined = row === undefined || row.applied === null ? undefined : remembered(row.applied)
  const inForce: unknown = row === undefined ? undefined : JSON.parse(row.content)
  const fields =
    reapply || row === undefined
      ? { value: wanted, differences: [] }
      : merge({ base: before?.object, file: wanted, inForce })
  const secret = planSecret(parts, { row, reapply, before, wanted: readApp(app).consumerSecret, name: app.object.name })
  const differences = [...fields.differences, ...secret.differences]
  const sameFile = before !== undefined && sameValue(before.object, wanted) && secret.isRemembered
  if (sameFile && sameValue(fields.value, inForce) && secret.seals === undefined) return { object: label, differences }
  return {
    object: label,
    differences,
    refused: refusedChange(parts, { row, kind: app.kind, value: fields.value }),
    change: {
      kind: 'app',
      appKind: app.kind,
      name: app.object.name,
      consumerKey: keyOf(fields.value, app.kind) ?? consumerKey,
      content: canonicalJson(fields.value),
      applied: JSON.stringify({
        object: wanted,
        ...(secret.remembers === undefined ? {} : { secret: secret.remembers }),
      }),
      expects: row?.content ?? null,
      listChanged: row === undefined || !sameValue(listOf(fields.value), listOf(inForce)),
      ...(secret.seals === undefined ? {} : { sealedSecret: secret.seals }),
    },
  }
}

type Outcome = { readonly row: AppRow | undefined; readonly kind: AppObject['kind']; readonly value: unknown }

/** Whether an app of the other kind may take the name, the store says. */
function refusedChange({ configuration }: AppParts, { row, kind, value }: Outcome): readonly ObjectFault[] {
  if (row === undefined || row.kind !== kind) return []
  return checkChange(storedApp(kind, row.content), storedApp(kind, canonicalJson(value)), configuration)
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by this file
const remembered = (applied: string): Remembered => JSON.parse(applied) as Remembered

type SecretPlan = {
  /** To be stored; undefined: what is stored stays. */
  readonly seals: Uint8Array | undefined
  readonly remembers: string | undefined
  /** The file says of the secret what it said last time. */
  readonly isRemembered: boolean
  readonly differences: readonly Difference[]
}
type SecretTerms = Before & {
  readonly before: Remembered | undefined
  readonly wanted: Secret | undefined
  readonly name: string
}

function planSecret(parts: SecretParts, { row, reapply, before, wanted, name }: SecretTerms): SecretPlan {
  const sealed = row?.sealedSecret ?? null
  if (wanted === undefined) {
    const seals = sealed === null ? sealConsumerSecret(mintConsumerSecret(parts.random), name, parts) : undefined
    return { seals, remembers: undefined, isRemembered: before?.secret === undefined, differences: [] }
  }
  const open = (bytes: Uint8Array | undefined): string | undefined =>
    bytes === undefined ? undefined : unsealConsumerSecret(bytes, name, parts.keyring)?.expose()
  const base = open(before?.secret === undefined ? undefined : Buffer.from(before.secret, 'base64'))
  const inForce = open(sealed ?? undefined)
  const fresh = sealConsumerSecret(wanted, name, parts)
  const isRemembered = base === wanted.expose()
  const remembers = isRemembered ? before?.secret : Buffer.from(fresh).toString('base64')
  if (inForce === wanted.expose()) return { seals: undefined, remembers, isRemembered, differences: [] }
  if (reapply || inForce === undefined || inForce === base)
    return { seals: fresh, remembers, isRemembered, differences: [] }
  const hidden = { path: 'consumerSecret', file: '[secret]', inForce: '[another secret]' }
  return { seals: undefined, remembers, isRemembered, differences: [hidden] }
}

function section(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? new Map(Object.entries(object)).get(name) : undefined
}

const listOf = (object: unknown): unknown => {
  const security = section(object, 'oauthSecuritySettings')
  return [section(security, 'enforceRefreshTokenIpAllowlist'), section(security, 'tokenIpRanges')]
}

function keyOf(object: unknown, kind: AppObject['kind']): string | undefined {
  const key = section(section(object, kind === 'connectedApp' ? 'oauthConfig' : 'globalOauthSettings'), 'consumerKey')
  return typeof key === 'string' ? key : undefined
}
