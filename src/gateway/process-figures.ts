/** Memory, CPU and event loop of the process, read when they are asked for. */
import { Counter, Gauge, type Registry } from 'prom-client'

export function addProcessFigures(registry: Registry): void {
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(read())
      },
    })
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  gauge('nodejs_heap_size_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed)
  let counted = 0
  const cpu = new Counter({
    ...{ name: 'process_cpu_seconds_total', help: 'User and system CPU time.', registers },
    collect() {
      const { user, system } = process.cpuUsage()
      const total = (user + system) / 1e6
      cpu.inc(total - counted)
      counted = total
    },
  })
}
