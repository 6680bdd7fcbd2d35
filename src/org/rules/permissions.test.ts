import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { changesMetadata, hasPermission, managesTokens, seesLoginHistory, type Permissions } from './permissions.ts'

describe('who manages the tokens of others', () => {
  const cases: Record<string, [Permissions, boolean]> = {
    'the standard System Administrator does': [
      { profile: 'System Administrator', ofProfile: undefined, ofSets: [] },
      true,
    ],
    'a System Administrator who was defined without the permission does not': [
      { profile: 'System Administrator', ofProfile: [], ofSets: [] },
      false,
    ],
    'the Standard User does not': [{ profile: 'Standard User', ofProfile: undefined, ofSets: [] }, false],
    'a profile with Manage Connected Apps does': [
      { profile: 'Support', ofProfile: ['ManageRemoteAccess'], ofSets: [] },
      true,
    ],
    'a permission set with Manage Users does': [
      { profile: 'Standard User', ofProfile: undefined, ofSets: ['ManageUsers'] },
      true,
    ],
    'another permission does not': [{ profile: 'Support', ofProfile: ['UseAnyApiClient'], ofSets: [] }, false],
  }
  for (const [sentence, [permissions, may]] of Object.entries(cases))
    test(sentence, () => equal(managesTokens(permissions), may))
})

describe('permissions', () => {
  const having = (...ofSets: readonly string[]): Permissions => ({
    profile: 'Standard User',
    ofProfile: undefined,
    ofSets,
  })

  test('SF-319: of login history of others are Manage Users, Monitor Login History and Modify All Data', () => {
    for (const each of ['ManageUsers', 'MonitorLoginHistory', 'ModifyAllData'])
      equal(seesLoginHistory(having(each)), true)
    for (const each of ['CustomizeApplication', 'ModifyMetadata']) equal(seesLoginHistory(having(each)), false)
  })

  test('SF-321: of the Metadata API are Modify All Data and Modify Metadata', () => {
    for (const each of ['ModifyAllData', 'ModifyMetadata']) equal(changesMetadata(having(each)), true)
    equal(changesMetadata(having('ManageUsers', 'CustomizeApplication')), false)
  })

  test('SF-322: Customize Application shows the tokens of others', () => {
    equal(managesTokens(having('CustomizeApplication')), true)
  })

  test('of the standard System Administrator are all of them, and of others those that are named', () => {
    equal(hasPermission({ profile: 'System Administrator', ofProfile: undefined, ofSets: [] }, 'ManageUsers'), true)
    equal(hasPermission(having('ManageUsers'), 'ModifyAllData'), false)
  })
})
