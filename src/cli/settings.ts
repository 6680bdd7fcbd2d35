/** The configuration as one command takes it: the file and the environment, then what its own options say. */
import { isAbsolute, resolve } from 'node:path'
import type { Loaded } from '../config/load.ts'
import { loadProcessConfiguration } from '../config/process.ts'
import { faultLine } from '../documents/fault.ts'
import { listenAddress } from '../documents/formats.ts'
import { parseStorageUrl } from '../storage/url.ts'
import { documentComplaint, printWarning, wrongUsage } from './complaint.ts'
import type { Terminal } from './terminal.ts'

/** Throws a Complaint with every fault; prints the warnings. */
export function loadSettings(terminal: Terminal, path: string | undefined): Loaded {
  const loaded = loadProcessConfiguration(path)
  if (!loaded.ok) throw documentComplaint(loaded.fault)
  for (const each of loaded.value.warnings) printWarning(terminal, { means: faultLine(each), next: [each.next] })
  return loaded.value
}

/** A folder in the storage setting, relative to `from`; anything else comes back as it was. Throws a StorageFault where it is malformed. */
export function storageFrom(setting: string, from: string): string {
  const url = parseStorageUrl(setting)
  if (!url.ok) throw url.fault
  if (url.value.kind !== 'sqlite-folder' || isAbsolute(url.value.folder)) return setting
  return `sqlite:${resolve(from, url.value.folder)}`
}

/** The folder of the data, where it has one. */
export function dataFolder(storage: string): string | undefined {
  const url = parseStorageUrl(storage)
  return url.ok && url.value.kind === 'sqlite-folder' ? url.value.folder : undefined
}

/** `--listen` or its like, which the configuration has not judged. */
export function checkListen(text: string, option = '--listen'): string {
  if (listenAddress(text) === undefined) {
    throw wrongUsage(
      `${option} ${JSON.stringify(text)} is no HOST:PORT.`,
      `${option} 127.0.0.1:8480`,
      `${option} [::1]:0`,
    )
  }
  return text
}
