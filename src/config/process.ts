/** The environment and the files of this process: the only place that looks at them for settings. */
import { readFileSync } from 'node:fs'
import { fault, ok, type Result } from '../values/result.ts'
import { secret, type Secret } from '../values/secret.ts'
import { absent, loadConfiguration, type ConfigFault, type Loaded, type Sources } from './load.ts'

/** Everything that `loadConfiguration` needs but the path. */
export function processSources(): Omit<Sources, 'path'> {
  return { environment: { ...process.env }, readFile: readTextFile, workingDirectory: process.cwd() }
}

/** A secret that a setting only names, because the service reads it itself; undefined where it is not set, or empty. */
export function environmentSecret(name: string): Secret | undefined {
  const text = process.env[name]
  return text === undefined || text === '' ? undefined : secret(text)
}

/** What every service starts with; `path` as given with --config. */
export function loadProcessConfiguration(path?: string): Result<Loaded, readonly ConfigFault[]> {
  return loadConfiguration({ ...processSources(), path })
}

function readTextFile(path: string): Result<string, string> {
  try {
    return ok(readFileSync(path, 'utf8'))
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return fault(absent)
    if (code === 'EACCES' || code === 'EPERM') return fault('may not be read by this user')
    if (code === 'EISDIR') return fault('is a folder')
    throw cause
  }
}
