/** `cutover rehearse`: the whole plan against a copy of the org, with a gateway and a keeper of its own and the waits shortened. Nothing of the real
 *  ones is touched but read. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openJsonApi } from '../../../cutover/adapters/json-api.ts'
import { openCutovers } from '../../../cutover/cutover.ts'
import { readLists } from '../../../cutover/look.ts'
import type { ReadPlan } from '../../../cutover/configuration.ts'
import { systemEnvironment } from '../../../system.ts'
import { bindingFault } from '../../doctor/addresses.ts'
import { wrongUsage } from '../../complaint.ts'
import type { AppOfFile } from '../../../cutover/configuration-file.ts'
import type { ListRows } from '../../../cutover/rules/list-change.ts'
import { loadSettings } from '../../settings.ts'
import { listenForStop } from '../../stop-signals.ts'
import type { Terminal } from '../../terminal.ts'
import { exitOf } from '../exit-code.ts'
import { refuseFaults } from '../plan-cutover.ts'
import { orgToken } from '../ground.ts'
import { portsOf, readPlan, type CutoverFlags } from '../place.ts'
import { noAnswer } from '../no-answer.ts'
import { expectCanaries } from '../canaries.ts'
import { openLoad, type Load, type Tally } from '../stage/load.ts'
import { openStage, type Stage, type StageEnvironment } from '../stage/stage.ts'
import { bentTime, type BentTime } from './bent-time.ts'
import { copyApps, type CopyWish } from './copy.ts'
import { isRehearsalFault, rehearsalFaults, type RehearsalFault } from './fault-names.ts'
import { bendPorts } from './faults.ts'
import { appsOfFile, pauseBeforeAgain, playPerson, typedPorts } from './person.ts'
import { endLines, headLines, rehearsalJson, rehearsalNarrator, type RehearsalNarrator } from './report.ts'
import { canaryOf, customersOf, type Rehearsed, type Setting } from './setting.ts'
import { itself, standInsFor, type StandIns } from './stand-ins.ts'

export type RehearseFlags = CutoverFlags & { readonly fault?: readonly string[] }

export async function rehearseCutover(terminal: Terminal, path: string, flags: RehearseFlags): Promise<void> {
  const faults = faultsIn(flags.fault ?? [])
  const read = readPlan(path, flags)
  const environment = systemEnvironment(quiet)
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-rehearsal-'))
  try {
    const real = await lookAtReal(terminal, { read, flags, folder, environment })
    const standIns = await castFor(read, faults)
    const copy = copyApps(
      real.map((each) => ({ ...each, rows: standIns.rows(each.rows) })),
      environment.random,
    )
    const rows = real.map((each) => standIns.rows(each.rows))
    const setting = { read, copy, standIns, faults }
    if (flags.json !== true) for (const line of headLines(terminal.paint, setting)) terminal.out(line)
    const done = await play(terminal, {
      ...setting,
      rows,
      folder,
      time: bentTime(environment),
      isPlain: flags.json !== true,
    })
    if (flags.json === true) terminal.out(JSON.stringify(rehearsalJson(setting, done)))
    else for (const line of endLines(terminal.paint, setting, done)) terminal.out(line)
    process.exitCode = exitOf(done.outcome)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

function faultsIn(names: readonly string[]): readonly RehearsalFault[] {
  const unknown = names.find((each) => !isRehearsalFault(each))
  if (unknown !== undefined)
    throw wrongUsage(
      `${JSON.stringify(unknown)} is no fault that can be rehearsed.`,
      ...Object.entries(rehearsalFaults).map(([name, what]) => `--fault ${name}: ${what}`),
    )
  return names.filter(isRehearsalFault)
}

type Looking = {
  readonly read: ReadPlan
  readonly flags: RehearseFlags
  readonly folder: string
  readonly environment: StageEnvironment
}

/** Judged as the real run would be; a plan that is refused there is refused here. */
async function lookAtReal(
  terminal: Terminal,
  { read, flags, folder, environment }: Looking,
): Promise<readonly CopyWish[]> {
  const ports = portsOf(terminal, read, flags)
  await expectCanaries(terminal, read, flags)
  const cutovers = await openCutovers(environment, `sqlite:${folder}`)
  try {
    refuseFaults(terminal, await cutovers.judge(read.plan, ports).catch(noAnswer), read)
  } finally {
    await cutovers.close()
  }
  const lists = await readLists(ports).catch(noAnswer)
  const { file } = read
  const wishes = appsOfFile(file).map(async (app, i): Promise<CopyWish> => {
    const list = lists[i]
    if (list === undefined) throw new Error(`the plan has no list of ${app.app}`)
    const tokens = { ...file.tokens, ...app.tokens }
    const seen = await appSeen(terminal, { ...app, tokens }, flags)
    return { name: app.app, rows: list.rows, isEnforced: list.isEnforced, seen }
  })
  return await Promise.all(wishes)
}

/** Undefined where its list is not at an org of ours. */
async function appSeen(
  terminal: Terminal,
  { app, allowlist, tokens }: AppOfFile,
  flags: RehearseFlags,
): Promise<unknown> {
  if (!('org' in allowlist)) return undefined
  const api = openJsonApi({
    base: `${allowlist.org}/admin/v1`,
    token: orgToken(loadSettings(terminal, flags.config), tokens.org),
  })
  const answer = await api.ask('GET', `/apps/${encodeURIComponent(app)}`).catch(noAnswer)
  return answer.status === 200 ? answer.body : undefined
}

async function castFor({ plan }: ReadPlan, faults: readonly RehearsalFault[]): Promise<StandIns> {
  const addresses = [...plan.from, ...plan.to]
  if (faults.includes('address-dead')) return standInsFor(addresses, plan.to.at(-1))
  const unbound = await Promise.all(addresses.map(bindingFault))
  return unbound.every((each) => each === undefined) ? itself : standInsFor(addresses)
}

type Playing = Setting & {
  readonly folder: string
  readonly time: BentTime
  readonly isPlain: boolean
  /** Of each list, before anything is changed. */
  readonly rows: readonly ListRows[]
}

/** Between two redemptions of a customer; ms. */
const pause = 200

async function play(terminal: Terminal, playing: Playing): Promise<Rehearsed> {
  const { read, copy, standIns, folder, time } = playing
  const stage = await openStage({
    ...{ folder, environment: time.environment, keeperEnvironment: time.real },
    ...{ file: copy.file, users: copy.users, pair: read.plan.from.map(standIns.of) },
    apps: copy.apps.map((app, i) => ({ ...app, connections: [canaryOf(i), ...customersOf(i)] })),
  })
  const wait = async (ms: number): Promise<void> => void (await new Promise((resolve) => setTimeout(resolve, ms)))
  const load = openLoad({
    keeper: stage.keeper.keeper,
    connections: copy.apps.flatMap((_, i) => customersOf(i)),
    pause,
    wait,
  })
  try {
    const { outcome, tookMs } = await run(terminal, stage, playing)
    return { outcome, tookMs, tally: await stopped(load) }
  } finally {
    await load.stop()
    await stage.close()
  }
}

async function stopped(load: Load): Promise<Tally> {
  await load.stop()
  return load.tally()
}

async function run(terminal: Terminal, stage: Stage, playing: Playing): Promise<Omit<Rehearsed, 'tally'>> {
  const { read, copy, standIns, faults, folder, time, isPlain, rows } = playing
  const { environment, wait } = time
  const [from, to] = [read.plan.from.map(standIns.of), read.plan.to.map(standIns.of)]
  const cutovers = await openCutovers({ ...environment, wait }, `sqlite:${folder}`)
  const stopping = new AbortController()
  void listenForStop().requested.then(() => stopping.abort())
  try {
    const place = { stage, app: read.file.app, lastOfNew: to.at(-1) ?? '' }
    const played = stage.ports({ canaries: copy.apps.map((_, i) => [canaryOf(i)]), wait: environment.wait })
    const ports = bendPorts(typedPorts(played, read.file, rows), faults, place)
    const { by: _by, ...planned } = read.plan // a gateway plays whatever it is
    const began = environment.clock()
    const begun = await cutovers.begin({ ...planned, from, to }, ports)
    if (begun.kind !== 'begun') throw new Error(`the journal of the rehearsal is not new: ${begun.kind}`)
    const { id } = begun
    const narrator = isPlain ? rehearsalNarrator(terminal, { began, clock: environment.clock, standIns }) : silent
    for (let again = 0; ; again += 1) {
      const outcome = await cutovers.run(id, {
        ...{ ports: narrator.heard(ports), tell: narrator.tell, stopping: stopping.signal },
      })
      if (outcome.kind !== 'waiting' || again >= mostAgain || stopping.signal.aborted)
        return { outcome, tookMs: environment.clock() - began }
      const acted = await playPerson({ stage, cutovers, id, file: read.file, wait }, outcome)
      if (acted === undefined) await environment.wait(pauseBeforeAgain)
      else narrator.say(acted)
    }
  } finally {
    await cutovers.close()
  }
}

const silent: RehearsalNarrator = { tell: () => undefined, heard: (ports) => ports, say: () => undefined }
const mostAgain = 20
