/** Salesforce ids: 15 characters that are case sensitive, or 18 with three checksum characters behind them (SF-02). */
import { fault, ok, type Result } from './result.ts'
import { organizationId, userId, type OrganizationId, type UserId } from './domain.ts'

const checksumAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'
const shape = /^[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?$/

export type IdFault = 'not 15 or 18 letters and digits' | 'the checksum does not fit' | 'the key prefix is another kind'

/** The 18-character form of an id given in either form. */
export function parseSalesforceId(text: string, prefix: string): Result<string, IdFault> {
  if (!shape.test(text)) return fault('not 15 or 18 letters and digits')
  if (!text.startsWith(prefix)) return fault('the key prefix is another kind')
  const full = withChecksum(text.slice(0, 15))
  if (text.length === 18 && text !== full) return fault('the checksum does not fit')
  return ok(full)
}

export function parseOrganizationId(text: string): Result<OrganizationId, IdFault> {
  const id = parseSalesforceId(text, '00D')
  return id.ok ? ok(organizationId(id.value)) : id
}

export function parseUserId(text: string): Result<UserId, IdFault> {
  const id = parseSalesforceId(text, '005')
  return id.ok ? ok(userId(id.value)) : id
}

/** The n-th id of a key prefix, 18 characters: `numberedId('005', 1)` is 005000000000001AAA. */
export function numberedId(prefix: string, n: number): string {
  return withChecksum(prefix + n.toString(36).padStart(15 - prefix.length, '0'))
}

/** Each group of five characters yields one checksum character: bit i is set where character i is an upper-case letter. */
function withChecksum(id15: string): string {
  let checksum = ''
  for (let group = 0; group < 3; group += 1) {
    let bits = 0
    for (let i = 0; i < 5; i += 1) {
      const character = id15.charAt(group * 5 + i)
      if (character >= 'A' && character <= 'Z') bits |= 1 << i
    }
    checksum += checksumAlphabet.charAt(bits)
  }
  return id15 + checksum
}
