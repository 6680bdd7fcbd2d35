/** In which order a dial tries its pairs of egress and destination address. */

export type Pair = { readonly egress: number; readonly address: number }

/** More would hold up the refusal of a destination that refuses everybody. */
const mostPairs = 8

/** `addresses`: how many each egress can dial, in the order in which egresses are tried. Along the diagonal: the second attempt changes the
 *  egress and the address, so it mends a dead egress as well as a dead address. With `sticky` the first egress tries its first two addresses
 *  before another egress does, so that a client keeps its egress where only an address is dead. */
export function planAttempts(addresses: readonly number[], sticky: boolean): readonly Pair[] {
  const pairs: Pair[] = []
  const rounds = Math.max(0, ...addresses)
  for (let round = 0; round < rounds; round += 1) {
    addresses.forEach((count, egress) => {
      if (round < count) pairs.push({ egress, address: (round + egress) % count })
    })
  }
  if (!sticky) return pairs.slice(0, mostPairs)
  const firsts = pairs.filter(({ egress }) => egress === 0).slice(0, 2)
  return [...firsts, ...pairs.filter((pair) => !firsts.includes(pair))].slice(0, mostPairs)
}
