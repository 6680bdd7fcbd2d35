/** What Salesforce's rules make of a history of redemptions, written a second time and as plainly as possible: the oracle of the property test. */

export const day = 86_400_000

export type Family = {
  readonly user: string
  current: string
  readonly spent: string[]
  alive: boolean
  readonly authorizedAt: number
  lastUsedAt: number
}

export type Expected = 'issued' | 'issued, kept' | 'dead' | 'ip restricted'

export class Model {
  readonly families: Family[] = []
  now = 0
  rotation = true
  listed: readonly string[] = []

  authorized(user: string, token: string): void {
    this.families.push({ user, current: token, spent: [], alive: true, authorizedAt: this.now, lastUsedAt: this.now })
    const live = this.families.filter((family) => family.user === user && family.alive)
    for (const dropped of live.slice(0, -5)) dropped.alive = false // SF-209
  }

  /** Judges before the redemption is sent; `settle` takes what came back. */
  redeem(family: Family, from: string): Expected {
    if (!this.listed.includes(from)) return 'ip restricted' // SF-129, and nothing changes (SF-24)
    if (!family.alive) return 'dead'
    const idle = this.now - family.lastUsedAt > 30 * day // SF-205
    const over = this.now - family.authorizedAt > 365 * day // SF-186
    if (!idle && !over) return this.rotation ? 'issued' : 'issued, kept'
    family.alive = false // the first refused attempt ends it for good (SF-182)
    return 'dead'
  }

  settle(family: Family, successor: string | undefined): void {
    family.lastUsedAt = this.now
    if (successor === undefined) return
    family.spent.push(family.current)
    family.current = successor
  }

  replay(family: Family, from: string): Expected {
    if (!this.listed.includes(from)) return 'ip restricted'
    family.alive = false // SF-188; one that was dead stays so
    return 'dead'
  }
}
