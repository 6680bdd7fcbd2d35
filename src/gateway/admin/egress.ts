/** `/egress`: the declared set as it stands, and its changes. */
import type { FastifyInstance } from 'fastify'
import { fault, ok } from '../../values/result.ts'
import type { JsonSchema } from '../../values/schema.ts'
import { isoText } from '../../values/time.ts'
import type { DeclaredFault } from '../declared.ts'
import type { EgressView } from '../egress/pool.ts'
import type { SetEdit } from '../rules/egress/declared-set.ts'
import type { AdminParts } from './admin-parts.ts'
import { changeSchema, drainSchema, readEdit } from './egress-edit.ts'
import { egressSchema } from './egress-schema.ts'
import { invalid, type ProblemFault } from '../../http/problem.ts'
import { noEgress, notStored, type Problem } from './problems.ts'
import { addRoute, type Outcome } from './api.ts'

const answers: JsonSchema = {
  type: 'object',
  properties: { egress: { type: 'array', items: egressSchema } },
  required: ['egress'],
}

export function registerEgress(scope: FastifyInstance, parts: AdminParts): void {
  const tag = 'egress'
  addRoute(scope, {
    ...{ method: 'GET', url: '/egress', tag, summary: 'The declared set, with the state of each egress', answers },
    description: 'The ETag names the set as it is declared; states and counts change without it.',
    handle: () => show(parts),
  })
  addRoute(scope, {
    ...{ method: 'PUT', url: '/egress', tag, summary: 'Change the declared set', answers },
    description:
      'Either the whole set as `egress`, or what is to change as `add`, `drain`, `standby`, `resume`, `remove` and `cut`. Answered once it is durable and in force (P-44). It stands until the configuration file says something else of the same egress.',
    body: changeSchema,
    ifMatch: 'needed',
    async handle({ body, ifMatch }) {
      const edit = readEdit(body, parts.declared.marked)
      if (!edit.ok) return edit
      if (ifMatch !== '*' && ifMatch !== String(parts.declared.version())) return fault(staleEditor)
      const running = notDrained(parts, body.cut)
      if (running.length > 0) return fault(invalid('EGRESS_INVALID', running))
      const changed = await change(parts, edit.value, {
        ...{ expects: parts.declared.version(), mayEmpty: body.confirmEmpty, touch: body.touch },
      })
      if (changed.ok) cutTunnels(parts, body.cut)
      return changed
    },
  })
  addRoute(scope, {
    ...{ method: 'POST', url: '/egress/:name/drain', tag, summary: 'No new tunnels; the live ones run on', answers },
    body: drainSchema,
    handle: ({ param, body }) => changeOne(parts, param('name'), { drain: true, mayEmpty: body.confirmEmpty }),
  })
  addRoute(scope, {
    ...{
      method: 'POST',
      url: '/egress/:name/resume',
      tag,
      summary: 'Take an egress back that was drained or stood by',
      answers,
    },
    handle: ({ param }) => changeOne(parts, param('name'), { drain: false, mayEmpty: true }),
  })
}

function show({ declared, pool }: AdminParts): Outcome {
  const by = new Map(declared.items().map((item) => [item.entry.name, item.by]))
  const egress = pool.views().map((view) => ({ ...shown(view), declaredBy: by.get(view.name) ?? null }))
  return ok({ status: 200, body: { egress }, etag: String(declared.version()) })
}

const shown = ({ since, latencyMs, ports, admissions, ...view }: EgressView): Readonly<Record<string, unknown>> => ({
  ...view,
  public: view.public ?? null,
  since: isoText(since),
  latencyMs: latencyMs === undefined ? null : Math.round(latencyMs * 100) / 100,
  ports: ports ?? null,
  admissions: admissions.map(({ label, group, admission }) => ({
    label: label ?? null,
    destination: group,
    admission,
  })),
})

/** What takes new tunnels would have some again the moment after. */
const notDrained = ({ declared }: AdminParts, names: readonly string[]): ProblemFault[] =>
  names.flatMap((name, i) =>
    declared.items().some(({ entry, mode }) => entry.name === name && mode === 'draining')
      ? []
      : [
          {
            path: `cut[${i}]`,
            message: `no egress that is drained is called ${JSON.stringify(name.slice(0, 80))}`,
            next: 'Drain it first, and read the ETag again.',
          },
        ],
  )

/** A change that has resumed one of them meanwhile has been refused as that of a stale editor. */
function cutTunnels({ meter }: AdminParts, names: readonly string[]): void {
  for (const { dialled, cut } of meter.live())
    if (dialled !== undefined && names.includes(dialled.egress)) cut?.('egress-removed')
}

async function changeOne(
  parts: AdminParts,
  name: string,
  { drain, mayEmpty }: { readonly drain: boolean; readonly mayEmpty: boolean },
): Promise<Outcome> {
  if (!parts.declared.items().some(({ entry }) => entry.name === name)) return fault(noEgress(name))
  const edit: SetEdit = {
    ...{ kind: 'parts', add: [], standby: [], remove: [] },
    ...{ drain: drain ? [name] : [], resume: drain ? [] : [name] },
  }
  return await change(parts, edit, { expects: undefined, mayEmpty })
}

async function change(
  parts: AdminParts,
  edit: SetEdit,
  options: { readonly expects: number | undefined; readonly mayEmpty: boolean; readonly touch?: boolean },
): Promise<Outcome> {
  const changed = await parts.declared.change(edit, options)
  if (!changed.ok) return fault(problemOf(changed.fault, options.expects === undefined))
  return show(parts)
}

const staleEditor: Problem = {
  code: 'STALE_EDITOR',
  detail: 'What you read is no longer what is declared.',
  next: ['Read it again, look at the change, and send yours with the new ETag.'],
}
const changedMeanwhile: Problem = {
  code: 'CHANGED_MEANWHILE',
  detail: 'The set in the store is not the one that this process works with.',
  next: ['Send the request again; if it stays, see that only one gateway uses this store.'],
}
const nothingLeft: Problem = {
  code: 'NOTHING_LEFT_NOT_CONFIRMED',
  detail: 'Every egress would be removed, drained or on standby, and nothing leaves by any other address.',
  next: ['Add or resume another one first, or send confirmEmpty: true if nothing is to leave.'],
}

function problemOf(what: DeclaredFault, blind: boolean): Problem {
  switch (what.kind) {
    case 'stale':
      return blind ? changedMeanwhile : staleEditor
    case 'invalid':
      return invalid('EGRESS_INVALID', what.faults)
    case 'nothing-left':
      return nothingLeft
    case 'not-stored':
      return notStored(what)
  }
}
