/** Asks the name servers of the machine, for both families at once and without a thread: `getaddrinfo` has four for all. */
import { Resolver } from 'node:dns'
import { combineFamilies, type FamilyAnswer, type NameAnswer } from './rules/destination/name-answer.ts'
import type { Duration } from '../values/time.ts'

export type Asked = { readonly answer: NameAnswer; readonly keepFor: Duration }

export type NameServers = {
  /** Never rejects. The name as it is, without search domains: what was checked is what is asked. */
  readonly ask: (name: string) => Promise<Asked>
  /** Reads the configuration of the machine anew for what is asked from now on. */
  readonly reload: () => void
  readonly close: () => void
}

/** `servers` as `dns.setServers` has them; those of the machine if not said. */
export function openNameServers({ servers }: { readonly servers?: readonly string[] | undefined }): NameServers {
  let resolver = madeFor(servers)
  let former = resolver
  return {
    ask: async (name) => combineFamilies(await bothFamilies(resolver, name)),
    reload() {
      if (servers !== undefined) return
      former = resolver // what is under way ends with it
      resolver = madeFor(undefined)
    },
    close() {
      resolver.cancel()
      former.cancel()
    },
  }
}

function madeFor(servers: readonly string[] | undefined): Resolver {
  const resolver = new Resolver({ timeout: 1500, tries: 3, maxTimeout: 3000 })
  if (servers !== undefined) resolver.setServers(servers)
  return resolver
}

type Families = [FamilyAnswer | undefined, FamilyAnswer | undefined]

/** Resolves when both have answered, or when the slower one has had its time after the faster one brought addresses (RFC 8305 section 3). */
async function bothFamilies(resolver: Resolver, name: string): Promise<Families> {
  return await new Promise((resolve) => {
    const families: Families = [undefined, undefined]
    let patience: NodeJS.Timeout | undefined
    const settle = (place: 0 | 1, answer: FamilyAnswer): void => {
      families[place] = answer
      if (families[1 - place] !== undefined) {
        clearTimeout(patience)
        resolve(families)
      } else if (answer.kind === 'records' && answer.records.length > 0) {
        patience = setTimeout(() => resolve([...families]), resolutionDelay)
      }
    }
    resolver.resolve4(name, { ttl: true }, (error, records) => settle(0, familyAnswer(error, records)))
    resolver.resolve6(name, { ttl: true }, (error, records) => settle(1, familyAnswer(error, records)))
  })
}

const resolutionDelay = 50

const familyAnswer = (
  error: NodeJS.ErrnoException | null,
  records: readonly { readonly address: string; readonly ttl: number }[],
): FamilyAnswer => (error === null ? { kind: 'records', records } : { kind: 'failed', code: error.code ?? 'EUNKNOWN' })
