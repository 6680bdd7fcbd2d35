/** What is wrong inside one metadata object, before anyone knows in which document it stands. */
import { pathText, type DocumentFault, type Path } from '../../documents/fault.ts'
import type { Locate } from '../../documents/yaml-document.ts'

/** `at` counts from the object's root. `row` and `code` where a list of ranges was judged (SF-145). */
export type ObjectFault = {
  readonly at: Path
  readonly message: string
  readonly next: string
  readonly row?: number
}

export function inDocument(faults: readonly ObjectFault[], root: Path, locate: Locate): readonly DocumentFault[] {
  return faults.map(({ at, message, next }) => {
    const path = [...root, ...at]
    const where = locate(path)
    return { path: pathText(path), ...(where === undefined ? {} : { where }), message, next }
  })
}
