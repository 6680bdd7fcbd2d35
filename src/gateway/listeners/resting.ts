/** Connections that have shown credentials and carry nothing: how many of one client may stay. */

export type Resting<T> = {
  /** Where the client has too many then, the one that has rested longest is sent away, and counts no more. */
  readonly rests: (one: T, client: string) => void
  /** It carries something, or is closed. Another call does nothing. */
  readonly leaves: (one: T) => void
}

/** `most` of each client. */
export function openResting<T>(most: number, sendAway: (one: T) => void): Resting<T> {
  const byClient = new Map<string, Set<T>>() // each in the order in which they came to rest
  const clientOf = new Map<T, string>()
  const leaves = (one: T): void => {
    const client = clientOf.get(one)
    if (client === undefined) return
    clientOf.delete(one)
    const others = byClient.get(client)
    others?.delete(one)
    if (others?.size === 0) byClient.delete(client)
  }
  return {
    leaves,
    rests(one, client) {
      leaves(one)
      const all = byClient.get(client) ?? new Set<T>()
      byClient.set(client, all.add(one))
      clientOf.set(one, client)
      const [longest] = all
      if (all.size <= most || longest === undefined) return
      leaves(longest)
      sendAway(longest)
    },
  }
}
