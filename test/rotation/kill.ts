/** An org that is killed under load, again and again, on one folder: what was acknowledged is there, what was spent stays spent. */
import { equal, ok } from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { redeemerOf, type Client } from './redeem.ts'

type Started = {
  readonly url: string
  readonly client: Client
  readonly tokens: readonly string[]
  readonly process: ChildProcess
}
/** One chain of redemptions: every token it was ever handed with a 200, and the one that was on the wire when the org died. */
type Chain = { readonly spent: string[]; current: string; sent: string | undefined }

const chains = 24

/** Throws where an acknowledged rotation is lost or a token is accepted twice. Each kill comes a little later in the load than the one before. */
export async function killUnderLoad(kills: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-kill-'))
  try {
    let acknowledged = 0
    for (let kill = 0; kill < kills; kill += 1) acknowledged += await killOnce(folder, chains * (4 + (kill % 10)))
    ok(acknowledged >= kills * chains * 4, `only ${acknowledged} rotations were acknowledged: no load, no proof`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** How many rotations were acknowledged before it. */
async function killOnce(folder: string, after: number): Promise<number> {
  const org = await start(folder, chains)
  const running = org.tokens.map((token): Chain => ({ spent: [], current: token, sent: undefined }))
  const acknowledged = (): number => running.reduce((sum, { spent }) => sum + spent.length, 0)
  const load = Promise.all(running.map((chain) => redeemUntilDeath(org, chain)))
  await reached(() => acknowledged() >= after)
  org.process.kill('SIGKILL')
  await once(org.process, 'exit')
  await load
  await verify(folder, running)
  return acknowledged()
}

async function verify(folder: string, running: readonly Chain[]): Promise<void> {
  const again = await start(folder, 0)
  const client = redeemerOf(again.url, again.client)
  for (const { spent, current, sent } of running) {
    const answer = await client.redeem(current)
    // the one excuse for a refusal: this very token was on the wire, and its rotation was committed but not acknowledged
    if (answer.status !== 200) equal(sent, current, 'an acknowledged rotation was lost')
    const parent = spent.at(-1)
    if (parent !== undefined) equal((await client.redeem(parent)).status, 400, 'a spent token was accepted again')
  }
  client.close()
  again.process.kill('SIGTERM')
  await once(again.process, 'exit')
}

async function redeemUntilDeath(org: Started, chain: Chain): Promise<void> {
  const client = redeemerOf(org.url, org.client)
  for (;;) {
    chain.sent = chain.current
    const answer = await client.redeem(chain.current).catch(() => undefined)
    if (answer === undefined) break
    equal(answer.status, 200, JSON.stringify(answer.body))
    chain.spent.push(chain.current)
    chain.current = answer.body['refresh_token'] ?? ''
    chain.sent = undefined
  }
  client.close()
}

async function start(folder: string, grants: number): Promise<Started> {
  const script = join(import.meta.dirname, 'child-org.ts')
  const child = spawn(process.execPath, [script, folder, String(grants)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const said: Omit<Started, 'process'> = JSON.parse(String(line))
  return { ...said, process: child }
}

/** The load drives itself; this looks at each turn of the loop whether it got far enough. */
async function reached(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve))
}
