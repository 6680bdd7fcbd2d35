/** A proxy that breaks a tunnel after so many bytes. */
import type { Socket } from 'node:net'
import { proxying, type Answerer } from './transport/kit.ts'

export type How = 'reset' | 'end'
export type Cut = { readonly of: 'request' | 'reply'; readonly after: number; readonly how: How }

/** Armed while `cut` is there, and counting from when it is. */
export type Cutter = { cut: Cut | undefined }

export const cutting = (cutter: Cutter): Answerer =>
  proxying('HTTP/1.1 200 OK\r\n\r\n', (client, far) => {
    const counted = { request: 0, reply: 0 }
    const carry = (of: Cut['of'], from: Socket, to: Socket): void => {
      from.on('error', () => to.destroy())
      from.on('end', () => to.end())
      from.on('data', (chunk: Buffer) => {
        const { cut } = cutter
        const left = cut?.of === of ? cut.after - counted[of] : Infinity
        if (cut !== undefined) counted[of] += chunk.length
        if (chunk.length <= left - 1 || left === Infinity) return void to.write(chunk)
        from.removeAllListeners('data').removeAllListeners('end').resume()
        if (left > 0) to.write(chunk.subarray(0, left))
        if (cut?.how === 'reset') for (const side of [client, far]) side.resetAndDestroy()
        else for (const side of [client, far]) side.end()
      })
    }
    carry('request', client, far)
    carry('reply', far, client)
  })
