/** A vault in which processes are killed, and a keeper that takes over. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Keeper } from '../../src/keeper/keeper-face.ts'
import { bentTime, type BentTime } from './bent-time.ts'
import type { Errand } from './child-exchange.ts'
import { writePlaces } from './on-the-way.ts'
import { openScene, type Scene } from './scene.ts'

/** In so many milliseconds a lease has ended. */
export const aLease = 61_000
/** And in so many more everything that a server may take. */
export const settled = 400_000

export type Battlefield = AsyncDisposable & {
  readonly scene: Scene
  readonly successor: Keeper
  /** Of all that is in this process. It never goes back: who has looked at its clock later does not believe an earlier one. */
  readonly time: BentTime
}

export async function openBattlefield(): Promise<Battlefield> {
  const time = bentTime()
  const scene = await openScene({ environment: time.environment })
  readyForChildren(scene)
  const successor = await scene.again({ environment: time.environment })
  return { scene, successor, time, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() }
}

/** Before the first child. */
export const readyForChildren = ({ folder }: Scene): void => writePlaces(placesFile(folder))

export const placesFile = (folder: string): string => join(folder, 'places.json')
export const beside = (name: string): string => new URL(name, import.meta.url).pathname
export const childImports: readonly string[] = ['../../tools/compile-cache.mjs', 'await-hooks.ts'].flatMap((name) => [
  '--import',
  beside(name),
])

export type Ended = {
  /** The places that it has reached; the last one is where it died. */
  readonly places: readonly string[]
  readonly died: boolean
}

/** In a vault that is ready for it. */
export async function exchangeInChild(errand: Errand): Promise<Ended> {
  const env = { ...process.env, KEEPER_PLACES: placesFile(errand.folder) }
  const args = [...childImports, beside('child-exchange.ts'), JSON.stringify(errand)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env })
  const [said, [, signal]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number, string]>])
  return { places: said.split('\n').filter((line) => line !== ''), died: signal === 'SIGKILL' }
}
