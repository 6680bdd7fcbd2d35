/** What PUT /egress takes. */
import { fault, ok, type Result } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import type { Secret } from '../../values/secret.ts'
import type { EgressMode, Marked, SetEdit, WantedEgress } from '../rules/egress/declared-set.ts'
import type { EgressEntry } from '../rules/egress/egress-set.ts'
import { invalid, type ProblemFault } from '../../http/problem.ts'
import type { Problem } from './problems.ts'

type SentEgress = {
  readonly name: string
  readonly address?: string
  readonly via?: Secret
  readonly public?: string
  readonly confirm?: 'on' | 'off'
  readonly draining?: boolean
  readonly standby?: boolean
}
export type SentChange = {
  readonly egress?: readonly SentEgress[]
  readonly add?: readonly SentEgress[]
  readonly drain?: readonly string[]
  readonly standby?: readonly string[]
  readonly resume?: readonly string[]
  readonly remove?: readonly string[]
  readonly cut: readonly string[]
  readonly touch: boolean
  readonly confirmEmpty: boolean
}

/** The port budget of a machine is spent long before. */
const mostEgresses = 256

const name: JsonSchema = { type: 'string', minLength: 1, maxLength: 80 }
const names = (description: string): JsonSchema => ({
  ...{ type: 'array', maxItems: mostEgresses, items: name, description },
})
const confirmEmpty: JsonSchema = {
  type: 'boolean',
  default: false,
  description: 'Says that it is meant where no egress is left to leave by.',
}
const sentEgress: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name,
    address: { type: 'string', format: 'address', description: 'The local address to dial from.' },
    via: {
      'type': 'string',
      'x-secret': true,
      'minLength': 1,
      'maxLength': 2000,
      'description': 'URL of a proxy to go through, with its credentials; it is never shown again.',
    },
    public: { type: 'string', format: 'address', description: 'The address that the far side sees (P-41).' },
    confirm: {
      type: 'string',
      enum: ['on', 'off'],
      description: 'Whether an echo confirms it (P-41); on if left out.',
    },
    draining: { type: 'boolean', description: 'No new tunnels; as it was if left out.' },
    standby: {
      type: 'boolean',
      description: 'Only what is pinned to it leaves by it; as it was if left out.',
    },
  },
}

export const changeSchema: Schema<SentChange> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    egress: {
      type: 'array',
      maxItems: mostEgresses,
      items: sentEgress,
      description: 'The whole set. An entry with neither address nor via is the declared one of that name, as it is.',
    },
    add: { type: 'array', maxItems: mostEgresses, items: sentEgress, description: 'What is declared besides.' },
    drain: names('No new tunnels; the live ones run on.'),
    standby: names('Only what is pinned to it leaves by it; what is open runs on.'),
    resume: names('Taken back.'),
    remove: names('Declared no more; live tunnels run on until they end, or their drain deadline.'),
    cut: {
      ...names('Drained egresses, by name: what is open on them is ended once the rest of the change is in force.'),
      default: [],
    },
    touch: {
      type: 'boolean',
      default: false,
      description: 'Raises the ETag even if nothing changes: who decided on the old one is refused.',
    },
    confirmEmpty,
  },
}
export const drainSchema: Schema<{ readonly confirmEmpty: boolean }> = {
  type: 'object',
  additionalProperties: false,
  properties: { confirmEmpty },
}

export function readEdit(sent: SentChange, marked: (entry: EgressEntry) => Marked): Result<SetEdit, Problem> {
  const { egress, add = [], drain = [], standby = [], resume = [], remove = [], cut } = sent
  const parts = add.length + drain.length + standby.length + resume.length + remove.length + cut.length
  const faults = [...formFaults(egress !== undefined, parts, sent.touch), ...entryFaults('egress', egress ?? [])]
  faults.push(...entryFaults('add', add), ...add.flatMap((each, i) => (entryOf(each) ? [] : [noWay(`add[${i}]`)])))
  if (faults.length > 0) return fault(invalid('BODY_INVALID', faults))
  if (egress !== undefined) return ok({ kind: 'whole', egress: egress.map((each) => wantedOf(each, marked)) })
  const inMode = (mode: EgressMode): string[] => add.filter((each) => modeOf(each) === mode).map((each) => each.name)
  const added = add.flatMap((each) => {
    const entry = entryOf(each)
    return entry === undefined ? [] : [marked(entry)]
  })
  return ok({
    kind: 'parts',
    add: added,
    ...{ drain: [...drain, ...inMode('draining')], standby: [...standby, ...inMode('standby')], resume, remove },
  })
}

function formFaults(whole: boolean, parts: number, touch: boolean): ProblemFault[] {
  if (whole !== parts > 0 || (touch && !whole)) return []
  const message = whole ? 'names the whole set and parts of it' : 'changes nothing'
  return [
    { path: '', message, next: 'Send either egress, or at least one of add, drain, standby, resume, remove and cut.' },
  ]
}

const noWay = (path: string): ProblemFault => ({
  path,
  message: 'has neither an address nor a via',
  next: 'Give it one of them.',
})

const entryFaults = (list: string, sent: readonly SentEgress[]): ProblemFault[] =>
  sent.flatMap((each, i) => {
    const path = `${list}[${i}]`
    if (each.address !== undefined && each.via !== undefined)
      return [{ path, message: 'has an address and a via', next: 'An egress is one of them; declare two.' }]
    if (each.draining === true && each.standby === true)
      return [{ path, message: 'is to be drained and to stand by', next: 'Say one of them.' }]
    if (each.via !== undefined && each.confirm !== undefined)
      return [
        {
          path: `${path}.confirm`,
          message: 'is for addresses',
          next: 'Leave it out: a via is declared, not confirmed.',
        },
      ]
    if (each.address === undefined && each.via === undefined && (each.public ?? each.confirm) !== undefined)
      return [
        {
          path,
          message: 'says how it is declared, but not by what it leaves',
          next: 'Give the address or the via as well.',
        },
      ]
    return []
  })

function modeOf({ draining, standby }: SentEgress): EgressMode | undefined {
  if (draining === true) return 'draining'
  if (standby === true) return 'standby'
  return draining === false || standby === false ? 'active' : undefined
}

function wantedOf(sent: SentEgress, marked: (entry: EgressEntry) => Marked): WantedEgress {
  const entry = entryOf(sent)
  return { name: sent.name, declared: entry && marked(entry), mode: modeOf(sent) }
}

function entryOf({ name: called, address, via, confirm = 'on', ...sent }: SentEgress): EgressEntry | undefined {
  const seen = sent.public === undefined ? {} : { public: sent.public }
  if (address !== undefined) return { name: called, address, confirm, ...seen }
  return via === undefined ? undefined : { name: called, via: via.expose(), ...seen }
}
