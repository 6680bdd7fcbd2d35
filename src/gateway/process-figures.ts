/** Memory and CPU of the process, read when they are asked for. */
import { plainly, type Figure } from '../documents/exposition.ts'

export const processFigures: readonly Figure[] = [
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
