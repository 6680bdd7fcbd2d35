import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { longestBlock } from './longest-block.ts'

function spin(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

test('the longest turn counts, not the sum of the turns', async () => {
  const { cpuMs, wallMs } = await longestBlock(async () => {
    for (const ms of [5, 40, 5, 5, 5]) {
      await new Promise(setImmediate)
      spin(ms)
    }
  })
  ok(wallMs >= 40, `${wallMs} ms`)
  ok(cpuMs <= wallMs + 1 && cpuMs > 1, `${cpuMs} ms`)
})
