/** Passwords as scrypt hashes (RFC 7914): at most two at once, so that memory stays bounded, and as dear for a user who does not exist. */
import { scrypt, timingSafeEqual } from 'node:crypto'
import type { RandomBytes } from '../../values/domain.ts'
import type { Secret } from '../../values/secret.ts'

export type PasswordCost = { readonly costLog2: number; readonly blockSize: number; readonly parallelism: number }

export type Passwords = {
  /** Self-describing: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, so that hashes of other costs go on being verified. */
  readonly hash: (password: Secret) => Promise<string>
  /** `stored` is undefined for an unknown user and null for one without a password: the same work is done, and the answer is `wrong`.
   *  `busy`: too many are waiting already; nothing was compared. */
  readonly verify: (sent: string, stored: string | null | undefined) => Promise<'right' | 'wrong' | 'busy'>
}

const atOnce = 2
const mostWaiting = 64
const saltBytes = 16
const hashBytes = 32
const longestPassword = 1024 // beyond, nothing is hashed: no one's password is that long

export function openPasswords(cost: PasswordCost, random: RandomBytes): Passwords {
  const gate = openGate()
  const dummy = encode(cost, random(saltBytes), random(hashBytes))
  return {
    async hash(password) {
      const salt = random(saltBytes)
      return encode(cost, salt, await gate.run(() => derive(password.expose(), salt, cost)))
    },
    async verify(sent, stored) {
      if (gate.waiting() >= mostWaiting) return 'busy'
      const known = decode(stored ?? dummy)
      const matches = await gate.run(async () => {
        const hash = await derive(sent.slice(0, longestPassword), known.salt, known.cost)
        return timingSafeEqual(hash, known.hash)
      })
      return matches && typeof stored === 'string' && sent.length <= longestPassword ? 'right' : 'wrong'
    },
  }
}

/** 128 * N * r bytes are needed; Node refuses more than `maxmem`. */
function derive(
  password: string,
  salt: Uint8Array,
  { costLog2, blockSize, parallelism }: PasswordCost,
): Promise<Buffer> {
  const N = 2 ** costLog2
  const options = { N, r: blockSize, p: parallelism, maxmem: 256 * N * blockSize * parallelism }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, hashBytes, options, (cause, hash) => {
      if (cause === null) resolve(hash)
      else reject(cause)
    })
  })
}

function encode({ costLog2, blockSize, parallelism }: PasswordCost, salt: Uint8Array, hash: Uint8Array): string {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
  return `$scrypt$ln=${costLog2},r=${blockSize},p=${parallelism}$${text(salt)}$${text(hash)}`
}

const form = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]+)$/

function decode(stored: string): { readonly cost: PasswordCost; readonly salt: Buffer; readonly hash: Buffer } {
  const [, costLog2, blockSize, parallelism, salt = '', hash = ''] = form.exec(stored) ?? []
  if (hash === '') throw new Error('a stored password hash cannot be read')
  return {
    cost: { costLog2: Number(costLog2), blockSize: Number(blockSize), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  }
}

type Gate = { readonly run: <T>(work: () => Promise<T>) => Promise<T>; readonly waiting: () => number }

/** First come, first served. */
function openGate(): Gate {
  let running = 0
  const queue: (() => void)[] = []
  return {
    waiting: () => queue.length,
    async run(work) {
      if (running >= atOnce) await new Promise<void>((resolve) => queue.push(resolve))
      else running += 1
      try {
        return await work()
      } finally {
        const next = queue.shift() // hands its place on, so the count stays
        if (next === undefined) running -= 1
        else next()
      }
    },
  }
}
