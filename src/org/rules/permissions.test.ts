import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { managesTokens, type Permissions } from './permissions.ts'

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
