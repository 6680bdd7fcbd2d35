/** A keeper whose store fails at the n-th of its calls, and what becomes of the token. */
import { equal } from 'node:assert/strict'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { KeeperError } from '../../src/keeper/keeper-error.ts'
import type { Keeper } from '../../src/keeper/keeper-face.ts'
import { InjectedFailure, type InjectionOp } from '../../src/storage/injection.ts'
import { openStorage } from '../../src/storage/open.ts'
import { settled } from './battlefield.ts'
import { bentTime } from './bent-time.ts'
import { openScene } from './scene.ts'
import { newestGrant, redemptionsOf } from './truth.ts'

export type Trouble = {
  readonly ops: readonly InjectionOp[]
  /** SQLite's result code: 13 full, 8 read-only, 14 gone, 1034 a failed fsync. */
  readonly errcode: number
  /** `once`: the n-th call alone fails; `on`: every call from the n-th on, until it is mended. */
  readonly lasts: 'once' | 'on'
}

export type Broken = {
  readonly n: number
  /** What the caller got. */
  readonly now: string
  /** Whether the org had been asked by then. */
  readonly seen: readonly string[]
  /** Once the store was mended: by the same keeper, or the next one where the store had given up; once all has settled, where nothing had been sent and the next
   *  one could not know it. */
  readonly later: string
  readonly seenLater: readonly string[]
  readonly generation: number
  readonly gaveUp: boolean
}

/** From the first call to the last of one exchange. */
export async function breakEverywhere({ ops, errcode, lasts }: Trouble): Promise<readonly Broken[]> {
  await using scene = await openScene()
  const time = bentTime() // it never goes back
  const found: Broken[] = []
  for (let n = 1; ; n += 1) {
    const state = { left: Infinity, broken: false, armed: false }
    const said = Promise.withResolvers<void>()
    const inject = ({ op }: { readonly op: InjectionOp }): void => {
      if (!state.armed || !ops.includes(op)) return
      state.left -= 1
      if (state.left > 0 || (lasts === 'once' && state.broken)) return
      state.broken = true
      throw new InjectedFailure({ op, n }, errcode)
    }
    const keeper = await scene.again({
      environment: {
        ...time.environment,
        // a poll takes no time here; what waits for the store to be mended comes again soon
        wait: async (length) => {
          if (length > 250) return await sleep(5)
          time.ahead(time.by() + length)
          await turn()
        },
        openStorage: (options) =>
          openStorage({ ...options, writer: 'inline', inject, clock: () => Date.now() + time.by() }),
      },
      onFault: () => said.resolve(),
    })
    const id = `store-${n}`
    await scene.adopt(id)
    const grant = await newestGrant(scene.org)
    const answer = async (by: typeof keeper): Promise<string> =>
      await by.accessToken(id).then(
        () => 'token',
        (error: KeeperError) => error.code,
      )
    Object.assign(state, { left: n, armed: true })
    const now = await answer(keeper)
    const { broken } = state
    await turn()
    const seen = await redemptionsOf(scene.org, grant)
    state.armed = false
    if (!broken) {
      equal(now, 'token')
      return found
    }
    time.ahead(time.by() + 61_000)
    await sleep(10) // for what comes again
    const gaveUp = await isClosed(keeper)
    if (gaveUp) await said.promise
    const next = gaveUp ? await scene.again({ environment: time.environment }) : keeper
    const mended = await answer(next)
    // the store may have kept that it was sent, and told nobody: then it was not, and nobody can know (P-21)
    const isDoubt = mended === 'IN_DOUBT' && gaveUp && seen.length === 0
    if (isDoubt) time.ahead(time.by() + settled)
    const later = isDoubt ? await answer(next) : mended
    const generation = (await next.connection(id))?.generation ?? 0
    found.push({ n, now, seen, later, seenLater: await redemptionsOf(scene.org, grant), generation, gaveUp })
    await keeper.close()
  }
}

/** A store that gives up closes its keeper. */
const isClosed = async (keeper: Keeper): Promise<boolean> =>
  await keeper.connection('any').then(
    () => false,
    (error: unknown) => error instanceof KeeperError,
  )

/** What must not be, in words; undefined where all is well. */
export function wrongInStore({ now, seen, later, seenLater, generation }: Broken): string | undefined {
  const given = seenLater.filter((decision) => decision === 'allowed').length
  if (seenLater.includes('reuse')) return 'a spent token was sent again'
  if (later !== 'token') return `once mended: ${later}`
  if (given !== 1 || generation !== 2) return `given ${given} times, generation ${generation}`
  if (seen.length === 0 && now === 'token') return 'a token from nowhere'
  return undefined
}
