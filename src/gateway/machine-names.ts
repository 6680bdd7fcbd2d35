/** `/etc/hosts` in memory, and whether the machine has changed its name servers. */
import { readFileSync, statSync } from 'node:fs'
import { ok } from '../values/result.ts'
import { parseHostsFile, settledHere, type HostsFile } from './rules/destination/hosts-file.ts'
import type { NameAnswer } from './rules/destination/name-answer.ts'

export type MachineNames = {
  /** Undefined: not this machine's to say. */
  readonly find: (name: string) => NameAnswer | undefined
}

export type MachineNamesOptions = {
  readonly monotonic: () => number
  /** In the place of `/etc/hosts`. */
  readonly hostsFile?: string
  /** In the place of `/etc/resolv.conf`. */
  readonly resolvFile?: string
  /** Called when that file is another than before. */
  readonly serversChanged: () => void
}

/** Both files are looked at again when a name is asked for, at most every five seconds: two calls of stat, microseconds in all. */
export function openMachineNames(options: MachineNamesOptions): MachineNames {
  const { monotonic, hostsFile = '/etc/hosts', resolvFile = '/etc/resolv.conf', serversChanged } = options
  let hosts: HostsFile = parseHostsFile(textOf(hostsFile))
  let [hostsVersion, resolvVersion] = [versionOf(hostsFile), versionOf(resolvFile)]
  let lookAgain = monotonic() + lookEvery
  const look = (): void => {
    lookAgain = monotonic() + lookEvery
    const [hostsNow, resolvNow] = [versionOf(hostsFile), versionOf(resolvFile)]
    if (hostsNow !== hostsVersion) hosts = parseHostsFile(textOf(hostsFile))
    if (resolvNow !== resolvVersion) serversChanged()
    hostsVersion = hostsNow
    resolvVersion = resolvNow
  }
  return {
    find(name) {
      if (monotonic() >= lookAgain) look()
      const settled = settledHere(hosts, name)
      return settled === undefined ? undefined : ok(settled)
    },
  }
}

const lookEvery = 5000

/** A machine without the file has no names of its own. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function versionOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? 'absent' : `${found.ino} ${found.size} ${found.mtimeMs}`
}
