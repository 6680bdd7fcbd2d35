/** What speaks against a plan, before anything is changed: by itself, and by what there is. */
import { allowlistLimits, allowlistUse } from '../../ip/allowlist.ts'
import { formatRange } from '../../ip/range.ts'
import { changedRows, listedOf, widerRows, type ListRows } from './list-change.ts'
import { ofApp, type AddressText, type Plan, type PlannedApp } from './plan.ts'
import type { PoolMember } from './seen.ts'

/** `path` is inside the plan's file, '' for what is nobody's line; `next` is what to do. */
export type PlanFault = { readonly path: string; readonly message: string; readonly next: string }

type Sides = Pick<Plan, 'from' | 'to'>

/** By itself. Addresses are canonical, so equal ones are equal texts. */
export function findPlanFaults({ from, to }: Sides): readonly PlanFault[] {
  return [
    ...repeated('from', from),
    ...repeated('to', to),
    ...to.flatMap((each, i) =>
      from.includes(each)
        ? [
            {
              path: `to[${i}]`,
              message: `${each} is in from as well`,
              next: 'All that traffic leaves from now is in from, and all that it is to leave from is in to: take it out of one of the two.',
            },
          ]
        : [],
    ),
    ...(to.length === 1
      ? [
          {
            path: 'to',
            message: 'names one address',
            next: 'Name both of the pair: with one of two, redemptions fail now and then (SF-271).',
          },
        ]
      : []),
    ...(from.length === 0
      ? [{ path: 'from', message: 'is empty', next: 'Name the addresses that traffic leaves from now.' }]
      : []),
    ...(to.length === 0
      ? [{ path: 'to', message: 'is empty', next: 'Name the addresses that traffic is to leave from.' }]
      : []),
  ]
}

const repeated = (path: string, addresses: readonly AddressText[]): PlanFault[] =>
  addresses.flatMap((each, i) =>
    addresses.indexOf(each) === i
      ? []
      : [{ path: `${path}[${i}]`, message: `${each} is there twice`, next: 'Write it once.' }],
  )

/** Of one app. */
export type ListSurroundings = {
  readonly rows: ListRows
  readonly isEnforced: boolean
  /** From where the app's tokens were redeemed in the look-back (P-63). */
  readonly redeemers: readonly AddressText[]
}

export type Surroundings = {
  /** Of each app of the plan, in its order. */
  readonly lists: readonly ListSurroundings[]
  readonly pool: readonly PoolMember[]
  readonly strangers: readonly string[] | 'unknown'
}

export type ListJudgement = PlannedApp & {
  readonly before: readonly string[]
  readonly between: readonly string[]
  readonly after: readonly string[]
  /** Of `between`, which is the fullest. */
  readonly use: { readonly ranges: number; readonly addresses: number }
}

export type PlanJudgement = {
  readonly faults: readonly PlanFault[]
  /** The plan may be run all the same. */
  readonly warnings: readonly PlanFault[]
  /** Of each app of the plan, in its order. */
  readonly lists: readonly ListJudgement[]
}

type Moving = Pick<Plan, 'apps' | 'from' | 'to'>

/** By what there is. */
export function judgePlan(plan: Moving, around: Surroundings): PlanJudgement {
  const each = around.lists.map((list, i) => judgeList(plan, list, { at: i, pool: around.pool }))
  return {
    faults: [...each.flatMap(({ faults }) => faults), ...poolFaults(plan, around)],
    warnings: each.flatMap(({ warnings }) => warnings),
    lists: each.flatMap(({ ranges }, i) => {
      const app = plan.apps[i]
      return app === undefined ? [] : [{ ...app, ...ranges }]
    }),
  }
}

type Judged = Pick<PlanJudgement, 'faults' | 'warnings'> & { readonly ranges: Omit<ListJudgement, keyof PlannedApp> }

function judgeList(
  plan: Moving,
  list: ListSurroundings,
  { at, pool }: { readonly at: number; readonly pool: readonly PoolMember[] },
): Judged {
  const { from, to } = plan
  const { rows } = list
  const description = 'Sallyport'
  const between = changedRows(rows, { add: to, remove: [], description })
  const after = between.ok ? changedRows(between.value.rows, { add: [], remove: from, description }) : between
  const faults: PlanFault[] = [
    ...(between.ok ? [] : between.fault.map(({ message }) => ({ path: 'to', message, next: capacityNext }))),
    ...wide(plan, rows),
    ...unlisted(plan, rows),
    ...unmoved(plan, list, pool),
  ]
  const named = (all: readonly PlanFault[]): readonly PlanFault[] =>
    all.map(({ message, ...rest }) => ({ ...rest, message: `${message}${ofApp(plan, at, 'for')}` }))
  return {
    faults: named(faults),
    warnings: named(warningsOf(plan, list)),
    ranges: {
      before: rows.map(formatRange),
      between: between.ok ? between.value.rows.map(formatRange) : [],
      after: after.ok ? after.value.rows.map(formatRange) : [],
      use: between.ok ? allowlistUse(between.value) : { ranges: 0, addresses: 0 },
    },
  }
}

const capacityNext = `A list holds ${allowlistLimits.ranges} ranges and ${allowlistLimits.addresses} addresses in all (SF-134): remove what nobody needs first.`

const wide = ({ from }: Sides, rows: ListRows): PlanFault[] =>
  from.flatMap((each, i) =>
    widerRows(rows, each, from).map((row) => ({
      path: `from[${i}]`,
      message: `${each} is in the list by ${formatRange(row)}, which holds others as well`,
      next: 'Split that range into those that stay and those that go, and plan again.',
    })),
  )

const unlisted = ({ from }: Sides, rows: ListRows): PlanFault[] =>
  from.flatMap((each, i) =>
    listedOf(rows, [each]).length > 0
      ? []
      : [
          {
            path: `from[${i}]`,
            message: `${each} is not in the list`,
            next: 'What leaves from there is refused already: mend that first, or leave it out.',
          },
        ],
  )

/** SF-293, P-63: whose traffic does not move would not be covered any more. */
const unmoved = ({ from }: Sides, { redeemers }: ListSurroundings, pool: readonly PoolMember[]): PlanFault[] =>
  from.flatMap((each, i) =>
    redeemers.includes(each) && !pool.some(({ address }) => address === each)
      ? [
          {
            path: `from[${i}]`,
            message: `tokens are redeemed from ${each}, which is not in the pool: that traffic would not move`,
            next: 'Find out who leaves from there, or leave the address in the list and out of the plan.',
          },
        ]
      : [],
  )

/** P-62. */
function poolFaults({ from, to }: Sides, { pool, strangers }: Surroundings): PlanFault[] {
  const known = [...from, ...to]
  const active = pool.filter(({ mode }) => mode === 'active').map(({ address }) => address)
  return [
    ...active
      .filter((each) => !known.includes(each))
      .map((each) => ({
        path: 'from',
        message: `traffic leaves from ${each} as well`,
        next: 'Name it in from, or drain it at the gateway.',
      })),
    ...(strangers === 'unknown' ? [] : strangers).map((each) => ({
      path: 'traffic',
      message: `the client ${each} of the gateway uses the pool as well, and its app may have a list of its own`,
      next: 'If what it redeems is of the apps of this plan, name all their clients: traffic: { gateway: …, clients: [ … ] }. If it is of another app, its list has to change as well: put it under second:.',
    })),
  ]
}

function warningsOf({ to }: Sides, { isEnforced, rows }: ListSurroundings): PlanFault[] {
  const already = listedOf(rows, to)
  return [
    ...(isEnforced
      ? []
      : [
          {
            path: 'app',
            message: 'the app does not enforce its list',
            next: 'Redemptions prove nothing of the list until it does.',
          },
        ]),
    ...already.map((each) => ({
      path: `to[${to.indexOf(each)}]`,
      message: `${each} is in the list already`,
      next: 'It is left there when the plan is rolled back.',
    })),
  ]
}
