/** What Linux tells about a process in /proc; everything is null elsewhere. */
import { readFileSync } from 'node:fs'

const ticksPerSecond = 100 // USER_HZ, the same on every Linux that Node runs on

/** User and system time of all threads, in seconds, in steps of 10 ms. */
export function processCpuSeconds(pid: number): number | null {
  const stat = readProc(`${pid}/stat`)
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // the command before it may contain anything
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Resident bytes: now, and at the highest. */
export function processMemory(pid: number): { readonly rss: number; readonly peak: number } | null {
  const status = readProc(`${pid}/status`)
  if (status === null) return null
  const bytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
  return { rss: bytes('VmRSS'), peak: bytes('VmHWM') }
}

function readProc(file: string): string | null {
  try {
    return readFileSync(`/proc/${file}`, 'utf8')
  } catch {
    return null // not Linux, or the process is gone: the caller reports the figure as absent
  }
}

/** What all cores together have worked since the machine started, in seconds. A core that the host gave to another machine counts as busy. */
export function machineCpuSeconds(): number | null {
  const [, user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] =
    readProc('stat')?.split('\n', 1)[0]?.split(/\s+/).map(Number) ?? []
  const ticks = user + nice + system + interrupts + softInterrupts + stolen
  return ticks === 0 ? null : ticks / ticksPerSecond
}
