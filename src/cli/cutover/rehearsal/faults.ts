/** What may go wrong in a rehearsal, and how it is made to. */
import { parseAddress } from '../../../ip/address.ts'
import type { CutoverPorts, ListPorts } from '../../../cutover/ports.ts'
import type { ListRows } from '../../../cutover/rules/list-change.ts'
import type { AddressText } from '../../../cutover/rules/plan.ts'
import type { Fault } from '../../../org/testing/faults.ts'
import { seconds } from '../../../values/time.ts'
import type { Stage } from '../stage/stage.ts'
import type { RehearsalFault } from './fault-names.ts'

export type FaultyPlace = {
  readonly stage: Stage
  readonly app: string
  /** As the stage has it. */
  readonly lastOfNew: AddressText
}

/** The ports through which the rehearsal goes, bent as each fault has it. */
export function bendPorts(ports: CutoverPorts, faults: readonly RehearsalFault[], place: FaultyPlace): CutoverPorts {
  return faults.reduce((bent, each) => bends[each](bent, place), ports)
}

type Bend = (ports: CutoverPorts, place: FaultyPlace) => CutoverPorts

const bends: Readonly<Record<RehearsalFault, Bend>> = {
  'save-not-taking': ordered({ kind: 'save-does-not-take' }, 1),
  'propagation-45s': ordered({ kind: 'slow-propagation', for: seconds(45) }, 100),
  'address-not-registered': notRegistered,
  'address-dead': (ports) => ports, // its stand-in is an address that no machine has
  'org-503': (ports, place) => beforeFirstProof(ports, () => order(place, { kind: 'unavailable' }, 12)),
  'gateway-restarted': restarted,
  'list-edited': (ports, { stage, app }) => beforeFirstProof(ports, async () => await edit(stage, app)),
}

function order({ stage, app }: FaultyPlace, fault: Fault, times: number): void {
  stage.org.parts.faults.add({ fault, app, times, rate: 1, seed: 1 })
}

function ordered(fault: Fault, times: number): Bend {
  return (ports, place) => {
    order(place, fault, times)
    return ports
  }
}

/** As Setup shows a row that was saved and is in force nowhere. */
function notRegistered(ports: CutoverPorts, { lastOfNew }: FaultyPlace): CutoverPorts {
  const isIt = ({ start, end }: ListRows[number]): boolean => {
    const address = parseAddress(lastOfNew)
    return address.ok && start === address.value && end === address.value
  }
  const bent = ({ allowlist, ...rest }: ListPorts): ListPorts => {
    let shown: ListRows = []
    return {
      ...rest,
      allowlist: {
        ...allowlist,
        async read(claim) {
          const reading = await allowlist.read(claim)
          return { ...reading, rows: [...reading.rows, ...shown] }
        },
        async save(rows, expects) {
          const saved = await allowlist.save(
            rows.filter((each) => !isIt(each)),
            expects,
          )
          if (saved.result === 'done') shown = rows.filter(isIt)
          return saved
        },
      },
    }
  }
  return { ...ports, lists: ports.lists.map(bent) }
}

function beforeFirstProof(ports: CutoverPorts, happens: () => void | Promise<void>): CutoverPorts {
  let happened = false
  const bent = ({ canary, ...rest }: ListPorts): ListPorts => ({
    ...rest,
    canary: {
      async redeem(address) {
        if (!happened) {
          happened = true
          await happens()
        }
        return await canary.redeem(address)
      },
    },
  })
  return { ...ports, lists: ports.lists.map(bent) }
}

function restarted(ports: CutoverPorts, { stage, lastOfNew }: FaultyPlace): CutoverPorts {
  let happened = false
  return {
    ...ports,
    traffic: {
      ...ports.traffic,
      async set(modes, expects) {
        const acted = await ports.traffic.set(modes, expects)
        const moves = modes.some(({ address, mode }) => address === lastOfNew && mode === 'active')
        if (happened || !moves) return acted
        happened = true
        await stage.restartGateway()
        return acted
      },
    },
  }
}

async function edit({ orgApi }: Stage, app: string): Promise<void> {
  const path = `/apps/${encodeURIComponent(app)}/refresh-token-ip-allowlist`
  const { body, etag } = await orgApi.ask('GET', path)
  const ranges: readonly unknown[] = Array.isArray(body['ranges']) ? body['ranges'] : []
  const [address, description] = ['203.0.113.77', 'added by somebody else']
  const added = { startIpAddress: address, endIpAddress: address, description }
  const changed = { enforce: body['enforce'] === true, ranges: [...ranges, added] }
  await orgApi.ask('PUT', path, { body: changed, ...(etag === undefined ? {} : { ifMatch: etag }) })
}
