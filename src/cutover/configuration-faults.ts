/** What is wrong with a cutover file that no schema can say: what does not go together, and what cannot be done by it. */
import { days, minutes, seconds, type Duration } from '../values/time.ts'
import { historyOf, proxiesOf, type AppOfFile, type CutoverFile, type ToldList } from './configuration-file.ts'
import { parseProxy } from './adapters/proxy-url.ts'
import type { PlanFault } from './rules/plan-faults.ts'
import type { Terms } from './rules/plan.ts'
import { readWrittenRanges } from './written-ranges.ts'

export function findFileFaults(file: CutoverFile): readonly PlanFault[] {
  return [
    ...appFaults(file, file, ''),
    ...(file.second === undefined ? [] : appFaults(file, file.second, 'second.')),
    ...proxyFaults(file),
    ...keeperFaults(file),
    ...commandFaults(file),
    ...secondFaults(file),
  ]
}

/** Waits may be shorter than what is known of Salesforce only under the testing clock (SF-293). */
export function findHaste({ propagation, watch }: Pick<Terms, 'propagation' | 'watch'>): readonly PlanFault[] {
  const next = 'Leave it out; only with --testing it may be shorter.'
  return [
    ...(propagation < seconds(60)
      ? [{ path: 'propagationWait', message: 'is shorter than the minute that a change may take (SF-139)', next }]
      : []),
    ...(watch < minutes(15) ? [{ path: 'watch.for', message: 'is shorter than 15 minutes (SF-285)', next }] : []),
  ]
}

function appFaults(file: CutoverFile, app: AppOfFile, prefix: string): PlanFault[] {
  const { allowlist, connections } = app
  return [
    ...('manual' in allowlist ? toldFaults(allowlist.manual, `${prefix}allowlist.manual`) : []),
    ...('supportCase' in allowlist ? toldFaults(allowlist.supportCase, `${prefix}allowlist.supportCase`) : []),
    ...(connections.length > 0
      ? []
      : [
          {
            path: `${prefix}connections`,
            message: 'names no canary',
            next: 'Name a connection of the keeper that real redemptions may go through.',
          },
        ]),
    ...(proxiesOf(file.traffic) === undefined || historyOf(app) !== undefined
      ? []
      : [
          {
            path: `${prefix}history`,
            message: 'is missing: nobody could tell from which address a redemption left (SF-288)',
            next: 'Write history: { org: … } or { salesforce: { instance: …, accessToken: … } }; that only reads.',
          },
        ]),
  ]
}

function toldFaults({ ranges }: ToldList, path: string): PlanFault[] {
  const rows = readWrittenRanges(ranges)
  if (rows.ok) return []
  return rows.fault.map(({ index, message }) => ({
    path: `${path}.ranges[${index}]`,
    message: `cannot be in a list: ${message}`,
    next: 'Write the row as Setup shows it, e.g. 203.0.113.7 or 203.0.113.1-203.0.113.6.',
  }))
}

/** No fault quotes the URL: it has credentials in it. */
function proxyFaults({ traffic }: CutoverFile): PlanFault[] {
  const pair = proxiesOf(traffic)
  if (pair === undefined) return []
  const at = 'env' in traffic ? 'traffic.env' : 'traffic.command'
  const faults = (['from', 'to'] as const).flatMap((side) => {
    const url = parseProxy(pair[side])
    const next = 'Write http://USER:PASSWORD@HOST:PORT, percent-encoded, or https or socks5.'
    return url.ok ? [] : [{ path: `${at}.${side}`, message: `the URL of the proxy ${url.fault}`, next }]
  })
  if (faults.length > 0 || pair.from.expose() !== pair.to.expose()) return faults
  return [
    {
      path: `${at}.to`,
      message: 'is the same URL as from',
      next: 'Write the URL of the other proxy; where one URL changes its addresses, no cutover can prove them before.',
    },
  ]
}

function keeperFaults({ traffic, keeper }: CutoverFile): PlanFault[] {
  const isOne = typeof keeper === 'string'
  if (proxiesOf(traffic) === undefined)
    return isOne
      ? []
      : [
          {
            path: 'keeper',
            message: 'names two keepers, and the gateway needs one',
            next: 'Write the one whose proxy is the gateway: it can pin each address.',
          },
        ]
  const next = 'Write keeper: { from: …, to: … }: two over one vault, one started with each URL as its proxy.'
  if (isOne) return [{ path: 'keeper', message: 'is one keeper, which leaves by one proxy alone', next }]
  return keeper.from === keeper.to ? [{ path: 'keeper.to', message: 'is the same keeper as from', next }] : []
}

function commandFaults({ traffic }: CutoverFile): PlanFault[] {
  const commands: readonly (readonly [string, readonly string[] | undefined])[] =
    'gateway' in traffic
      ? []
      : 'env' in traffic
        ? [['traffic.env.after', traffic.env.after]]
        : (['read', 'move', 'back'] as const).map((each) => [`traffic.command.${each}`, traffic.command[each]])
  return commands.flatMap(([path, argv]) =>
    argv === undefined || (argv[0] ?? '') !== ''
      ? []
      : [{ path, message: 'names no program', next: 'Write a list: the program first, then its arguments.' }],
  )
}

/** SF-292: what one can do oneself comes first, since it is quickly undone. */
function secondFaults({ app, allowlist, second }: CutoverFile): PlanFault[] {
  if (second === undefined) return []
  return [
    ...(second.app === app
      ? [{ path: 'second.app', message: 'is the first app again', next: 'Name the other app, or leave second out.' }]
      : []),
    ...('supportCase' in allowlist && !('supportCase' in second.allowlist)
      ? [
          {
            path: 'allowlist',
            message: 'needs a support case, and the second app needs none (SF-292)',
            next: 'Put the app that you can change yourself first, and this one under second.',
          },
        ]
      : []),
  ]
}

/** P-63: who redeems less often than that is not heard of, and nobody is asked about them. */
export const findShortSight = (lookBack: Duration): readonly PlanFault[] =>
  lookBack >= days(30)
    ? []
    : [
        {
          path: 'lookBack',
          message: 'is shorter than 30 days: whoever redeems less often is not missed when the old addresses go (P-63)',
          next: 'Leave it out, unless you know that everybody redeems more often than that.',
        },
      ]

/** The plan may be run all the same; but these things nobody here can see. */
export function findDoubts({ traffic, allowlist, second }: CutoverFile): readonly PlanFault[] {
  const lists = [
    { path: 'allowlist', list: allowlist },
    ...(second === undefined ? [] : [{ path: 'second.allowlist', list: second.allowlist }]),
  ]
  return [
    ...(proxiesOf(traffic) === undefined
      ? []
      : [
          {
            path: 'traffic',
            message: 'nothing counts what is still open through the old proxy, nor names who else goes by it (P-62)',
            next: 'See that no other app has its URL: its list would not be changed. The old addresses go only when all who redeemed are heard of from the new ones.',
          },
        ]),
    ...lists.flatMap(({ path, list }) =>
      'manual' in list || 'supportCase' in list
        ? [
            {
              path,
              message: 'cannot be read: its rows are those that the file and whoever confirms say',
              next: 'Compare them with Setup before you begin; redemptions prove what was added, nothing proves the rest.',
            },
          ]
        : [],
    ),
  ]
}
