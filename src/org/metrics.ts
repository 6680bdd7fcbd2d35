/** Counters and process figures for Prometheus, of one org, with a bounded number of series. */
import { exposition, expositionType, plainly, type Figure } from '../documents/exposition.ts'

export type Metrics = {
  /** One answered token request. `decision` is login history's (SF-233), `allowed` for a success. */
  readonly tokenOutcome: (flow: string, decision: string) => void
  /** The text format that Prometheus reads, with its content type. */
  readonly exposition: () => { readonly contentType: string; readonly text: string }
}

/** Pairs of flow and decision beyond these are counted as `other`: both are closed sets, but a slip must not fill the memory. */
const mostPairs = 200

export function openMetrics(): Metrics {
  const counted = new Map<string, Outcome>()
  const outcomes: Figure = {
    kind: 'counter',
    name: 'sallyport_org_token_requests_total',
    help: 'Token requests by flow and decision.',
    read: () =>
      [...counted.values()].map(({ flow, decision, count }) => ({ labels: { flow, decision }, value: count })),
  }
  return {
    tokenOutcome(flow, decision) {
      const known = counted.get(`${flow} ${decision}`)
      if (known !== undefined) return void (known.count += 1)
      if (counted.size >= mostPairs) return void (other(counted).count += 1)
      counted.set(`${flow} ${decision}`, { flow, decision, count: 1 })
    },
    exposition: () => ({ contentType: expositionType, text: exposition([outcomes, ...processFigures]) }),
  }
}

type Outcome = { readonly flow: string; readonly decision: string; count: number }

function other(counted: Map<string, Outcome>): Outcome {
  const known = counted.get('other') ?? { flow: 'other', decision: 'other', count: 0 }
  counted.set('other', known)
  return known
}

/** Read when asked for, so that nothing runs between two scrapes. */
const processFigures: readonly Figure[] = [
  {
    ...{ kind: 'gauge', name: 'process_resident_memory_bytes', help: 'Resident memory.' },
    read: () => plainly(process.memoryUsage.rss()),
  },
  {
    ...{ kind: 'gauge', name: 'nodejs_heap_size_used_bytes', help: 'Heap in use.' },
    read: () => plainly(process.memoryUsage().heapUsed),
  },
  {
    ...{ kind: 'counter', name: 'process_cpu_seconds_total', help: 'User and system CPU time.' },
    read: () => plainly(cpuSeconds(process.cpuUsage())),
  },
]

const cpuSeconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6
