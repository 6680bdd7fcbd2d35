/** When a client wants its tunnel to be over, whatever becomes of the client (P-21): `Sallyport-Tunnel-Ends: 25000` on a CONNECT, in milliseconds from
 *  when it was read. The reply says the same where it is granted; a keeper then knows when a request that it has sent cannot be on its way any more. */

/** Undefined where nothing is asked, or nothing that could be kept: more than a day, or too little to begin with. */
export function agreedEnd(values: readonly string[]): number | undefined {
  const [value, ...more] = values
  if (value === undefined || more.length > 0 || !/^\d{1,8}$/.test(value)) return undefined
  const within = Number(value)
  return within >= shortest && within <= longest ? within : undefined
}

const shortest = 500 // ms: what is less would be over before it is told
const longest = 86_400_000
/** The wheel passes a deadline up to two of its ticks late; this one must not be late. */
export const earlyBy = 250 // ms
