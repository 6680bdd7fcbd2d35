/** Counters and process figures for Prometheus; a registry of its own for each org, with a bounded number of series. */
import { Counter, Gauge, Registry } from 'prom-client'

export type Metrics = {
  /** One answered token request. `decision` is login history's (SF-233), `allowed` for a success. */
  readonly tokenOutcome: (flow: string, decision: string) => void
  /** The text format that Prometheus reads, with its content type. */
  readonly exposition: () => Promise<{ readonly contentType: string; readonly text: string }>
}

/** Pairs of flow and decision beyond these are counted as `other`: both are closed sets, but a slip must not fill the memory. */
const mostPairs = 200

export function openMetrics(): Metrics {
  const registry = new Registry()
  const counted = new Map<string, Outcome>()
  const outcomes = new Counter({
    name: 'sallyport_org_token_requests_total',
    help: 'Token requests by flow and decision.',
    labelNames: ['flow', 'decision'],
    registers: [registry],
    collect() {
      for (const { flow, decision, since } of counted.values()) outcomes.inc({ flow, decision }, since)
      for (const outcome of counted.values()) outcome.since = 0
    },
  })
  addProcessFigures(registry)
  return {
    // a plain count: the library's own takes longer than the policies do
    tokenOutcome(flow, decision) {
      const known = counted.get(`${flow} ${decision}`)
      if (known !== undefined) return void (known.since += 1)
      if (counted.size >= mostPairs) return void (other(counted).since += 1)
      counted.set(`${flow} ${decision}`, { flow, decision, since: 1 })
    },
    exposition: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}

/** How often since the last scrape. */
type Outcome = { readonly flow: string; readonly decision: string; since: number }

function other(counted: Map<string, Outcome>): Outcome {
  const known = counted.get('other') ?? { flow: 'other', decision: 'other', since: 0 }
  counted.set('other', known)
  return known
}

/** Read when asked for, so that nothing runs between two scrapes. */
function addProcessFigures(registry: Registry): void {
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  gauge('nodejs_heap_size_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed)
  let counted = 0
  const cpu = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      const total = (user + system) / 1e6
      cpu.inc(total - counted)
      counted = total
    },
  })
}
