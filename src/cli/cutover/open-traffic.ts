/** What traffic leaves by, as a cutover file says: a gateway of ours, which pins each address, or one of two proxies, which pin none. */
import { hash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { commands } from '../../cutover/adapters/commands.ts'
import { environmentFile } from '../../cutover/adapters/environment-file.ts'
import { gatewayTraffic, type GatewayTraffic } from '../../cutover/adapters/gateway-traffic.ts'
import { openJsonApi } from '../../cutover/adapters/json-api.ts'
import { notesIn } from '../../cutover/adapters/notes.ts'
import { runningProgram } from '../../cutover/adapters/running-program.ts'
import { parseProxy, type ProxyAddress } from '../../cutover/adapters/proxy-url.ts'
import type { SampledSide } from '../../cutover/adapters/sampled-probe.ts'
import { settingTraffic, type Setting, type Side } from '../../cutover/adapters/setting.ts'
import { lengthOf } from '../../cutover/configuration.ts'
import {
  proxiesOf,
  type CutoverFile,
  type EnvironmentFile,
  type TrafficCommands,
} from '../../cutover/configuration-file.ts'
import type { TrafficPort } from '../../cutover/ports.ts'
import type { Plan } from '../../cutover/rules/plan.ts'
import type { Secret } from '../../values/secret.ts'
import { gatewayToken, type Ground } from './ground.ts'

export type OpenTraffic =
  | { readonly kind: 'pinned'; readonly port: GatewayTraffic }
  | { readonly kind: 'sampled'; readonly port: TrafficPort; readonly sides: Readonly<Record<Side, SampledSide>> }

export function openTraffic(ground: Ground, { file, plan }: { file: CutoverFile; plan: Plan }): OpenTraffic {
  const { traffic, tokens } = file
  const pair = proxiesOf(traffic)
  if (pair === undefined) {
    if (!('gateway' in traffic)) throw new Error('this traffic goes by no gateway and by no proxy')
    const api = openJsonApi({
      base: `${traffic.gateway}/admin/v1`,
      ...{ token: gatewayToken(ground.loaded, tokens.gateway), clock: ground.clock },
    })
    return { kind: 'pinned', port: gatewayTraffic({ api, wait: ground.wait, clients: traffic.clients }) }
  }
  const echo = new URL(pair.echo)
  const sides = {
    from: { proxy: proxyAt(pair.from), echo, addresses: plan.from },
    to: { proxy: proxyAt(pair.to), echo, addresses: plan.to },
  }
  const setting = 'env' in traffic ? byFile(ground, traffic.env) : byCommands(ground, { traffic, file, plan })
  return { kind: 'sampled', port: settingTraffic({ setting, sides }), sides }
}

function proxyAt(url: Secret): ProxyAddress {
  const parsed = parseProxy(url)
  if (!parsed.ok) throw new Error(`the URL of a proxy was not validated: it ${parsed.fault}`)
  return parsed.value
}

/** Relative paths begin where the command was called, as those of secrets do. */
const byFile = (
  { workingDirectory, folder, unique }: Ground,
  { file, name, within, after, ...urls }: EnvironmentFile,
): Setting =>
  environmentFile({
    ...{ path: resolve(workingDirectory, file), name, after, within: lengthOf(within), unique, urls },
    notes: notesIn(join(folder, 'cutover-notes'), unique),
  })

type CommandsOf = { readonly traffic: CutoverFile['traffic']; readonly file: CutoverFile; readonly plan: Plan }

function byCommands({ folder, wait }: Ground, { traffic, file: { app }, plan }: CommandsOf): Setting {
  if (!('command' in traffic)) throw new Error('this traffic goes by no command')
  const { read, move, back, within, from, to }: TrafficCommands = traffic.command
  return commands({
    ...{ argv: { read, move, back }, within: lengthOf(within), app },
    ...{ urls: { from, to }, addresses: { from: plan.from, to: plan.to } },
    running: runningProgram(join(folder, 'cutover-notes', `program-${hash('sha256', app, 'hex').slice(0, 16)}`), wait),
  })
}
