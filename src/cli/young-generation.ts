/** V8 doubles the space for young objects while a program starts, and an idle process keeps it: 17 MB more where org and gateway start together. */
import { setFlagsFromString } from 'node:v8'

/** Until it is released it stays as large as it is. Not to be called before the program's modules are loaded: V8 takes what was compiled earlier,
 *  Node's own modules included, only under the flags under which it was compiled. */
export function holdYoungGeneration(): { readonly release: () => void } {
  setFlagsFromString('--semi-space-growth-factor=1')
  return { release: () => setFlagsFromString('--semi-space-growth-factor=2') } // V8's own
}
