/** Copies of the apps whose cutover is rehearsed: names, lists and policies, in an org of their own. */
import { faultLine } from '../../../documents/fault.ts'
import { isRecord } from '../../../documents/words.ts'
import { formatAddress } from '../../../ip/address.ts'
import { defaultOrgConfiguration } from '../../../org/configuration.ts'
import { readOrgFile, type OrgFile } from '../../../org/metadata/org-file.ts'
import { testOrgFile } from '../../../org/testing/test-org-file.ts'
import type { ListRows } from '../../../cutover/rules/list-change.ts'
import type { RandomBytes } from '../../../values/domain.ts'
import { fault } from '../../../values/result.ts'
import { secret, type Secret } from '../../../values/secret.ts'

export type AppsCopy = {
  readonly apps: readonly CopiedApp[]
  readonly users: readonly string[]
  readonly file: OrgFile
  /** Whether all policies are those of the real ones. */
  readonly isWhole: boolean
}
export type CopiedApp = { readonly name: string; readonly consumerKey: string; readonly consumerSecret: Secret }

export type CopyWish = {
  readonly name: string
  readonly rows: ListRows
  readonly isEnforced: boolean
  /** As the admin API of its org shows it; undefined where that cannot be read. */
  readonly seen: unknown
}

/** Consumer keys and secrets are fresh: nothing of a copy opens the real one. */
export function copyApps(wishes: readonly CopyWish[], random: RandomBytes): AppsCopy {
  const hex = (bytes: number): string => Buffer.from(random(bytes)).toString('hex')
  const keyed = wishes.map((wish) => ({
    wish,
    keys: { consumerKey: `3MVG9.rehearsal.${hex(16)}`, consumerSecret: hex(32) },
  }))
  const users = ['one', 'two'].map((each) => ({
    ...{ username: `${each}@rehearsal.example`, password: hex(16), profile: 'System Administrator' },
    email: `${each}@rehearsal.example`,
  }))
  const read = (policies: boolean) =>
    readOrgFile(testOrgFile({ apps: keyed.map(({ wish, keys }) => appOf(wish, keys, policies)), users }), {
      ...{ fileName: 'the copy', configuration: defaultOrgConfiguration() },
      secrets: { environment: () => undefined, file: () => fault('no file is read for a copy') },
    })
  const whole = read(true)
  const file = whole.ok ? whole : read(false)
  if (!file.ok) throw new Error(file.fault.map(faultLine).join('\n'))
  return {
    apps: keyed.map(({ wish: { name }, keys }) => ({
      ...{ name, consumerKey: keys.consumerKey, consumerSecret: secret(keys.consumerSecret) },
    })),
    users: users.map(({ username }) => username),
    ...{ file: file.value.file, isWhole: whole.ok && wishes.every(({ seen }) => isRecord(seen)) },
  }
}

type Keys = { readonly consumerKey: string; readonly consumerSecret: string }

function appOf({ name, rows, isEnforced, seen }: CopyWish, keys: Keys, policies: boolean) {
  const part = (field: string): Readonly<Record<string, unknown>> => {
    const value = policies && isRecord(seen) ? seen[field] : undefined
    return isRecord(value) ? value : {}
  }
  const callbackUrl = 'http://localhost:1717/OauthRedirect'
  return {
    ...{ name, label: name, contactEmail: 'owner@rehearsal.example' },
    globalOauthSettings: { ...part('globalOauthSettings'), ...keys, callbackUrl },
    oauthSettings: { commaSeparatedOauthScopes: 'Api, RefreshToken, OpenID' },
    oauthSecuritySettings: {
      enforceRefreshTokenIpAllowlist: isEnforced,
      tokenIpRanges: rows.map(({ start, end, description }) => ({
        ...{ startIpAddress: formatAddress(start), endIpAddress: formatAddress(end) },
        ...(description === undefined ? {} : { description }),
      })),
    },
    // who may use it is not what is rehearsed
    oauthConfigurablePolicies: { ...part('oauthConfigurablePolicies'), permittedUsersPolicyType: 'AllSelfAuthorized' },
  }
}
