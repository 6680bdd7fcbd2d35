/** What `cutover status --json` says of the proofs. */
import type { Proof } from '../../../src/cli/cutover/proofs.ts'
import type { Runner } from './runner.ts'

type Status = { readonly proofs: readonly Proof[] }

export async function statusOf(runner: Runner): Promise<Status> {
  const { stdout } = await runner.cutover(['status', '--json'])
  return JSON.parse(stdout)
}

/** Addresses of which no redemption is in evidence, with the connection, the address and when it was. */
export const unproven = ({ proofs }: Status, addresses: readonly string[]): readonly string[] =>
  addresses.filter(
    (address) =>
      !proofs.some(
        ({ kind, result, evidence, at, ...of }) =>
          of.address === address &&
          kind === 'redeemed' &&
          result === 'success' &&
          evidence.includes(address) &&
          !Number.isNaN(Date.parse(at)),
      ),
  )
