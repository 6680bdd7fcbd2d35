/** Paths as people read them. */
import { relative } from 'node:path'

/** Short where it lies under the working directory, whole otherwise. */
export function pathFromHere(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith('..') ? path : short
}
