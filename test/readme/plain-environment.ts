/** The environment of a reader: the pinned node first on the path, nothing of ours, nothing of the test runner's. */
import { environment } from '../../tools/command.ts'

export function plainEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(environment()).filter(([name]) => !/^(?:SALLYPORT_|NODE_TEST|NODE_OPTIONS)/.test(name))
  return { ...Object.fromEntries(own), NO_COLOR: '1' }
}
