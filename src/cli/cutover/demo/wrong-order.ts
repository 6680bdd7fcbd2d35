/** The second half: the same by hand, the list before the gateway. */
import { setTimeout as sleep } from 'node:timers/promises'
import { demonstrationApp } from '../../demonstration/names.ts'
import { newPair, oldPair, type Scene } from './scene.ts'
import type { PictureStep } from './picture.ts'

export type Wrong = { readonly done: Promise<void>; readonly steps: () => readonly PictureStep[] }

/** What somebody in a hurry does: the old addresses are replaced by the new ones in Setup, and then the gateway follows. */
export function moveByHand({ stage: { orgApi, gatewayApi } }: Scene, { pause }: { pause: number }): Wrong {
  let at = 0
  const acts = [
    async () => {
      const path = `/apps/${demonstrationApp}/refresh-token-ip-allowlist`
      const { etag } = await orgApi.ask('GET', path)
      const ranges = newPair.map((each) => ({ startIpAddress: each, endIpAddress: each }))
      expect(await orgApi.ask('PUT', path, { body: { enforce: true, ranges }, ...(etag && { ifMatch: etag }) }))
    },
    async () => {
      const { etag } = await gatewayApi.ask('GET', '/egress')
      const add = newPair.map((address, i) => ({ name: `new-${i + 1}`, address, standby: false }))
      const body = { add, drain: oldPair.map((_, i) => (i === 0 ? 'a' : 'b')) }
      expect(await gatewayApi.ask('PUT', '/egress', { body, ...(etag && { ifMatch: etag }) }))
    },
  ]
  const run = async (): Promise<void> => {
    await sleep(pause)
    for (const act of acts) {
      at += 1
      await act()
      await sleep(pause)
    }
    at += 1
  }
  return {
    done: run(),
    steps: () =>
      words.map((each, i) => ({
        name: i === 0 ? 'list' : 'gateway',
        words: each,
        state: at > i + 1 ? 'done' : at === i + 1 ? 'now' : 'to-come',
      })),
  }
}

const words = [
  `${newPair.join(' and ')} in the place of the old ones in the list`,
  `then the gateway leaves from ${newPair.join(' and ')}`,
]

function expect({ status, body }: { readonly status: number; readonly body: unknown }): void {
  if (status !== 200) throw new Error(`the demonstration could not change what it runs on: ${JSON.stringify(body)}`)
}
