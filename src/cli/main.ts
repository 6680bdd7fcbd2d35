#!/usr/bin/env node
/** `sallyport`: the program itself. */
import { enableCompileCache } from 'node:module'

// Reading and compiling a few hundred modules is most of a start; from the second start on they come compiled. To be called before they
// are imported, and without effect where the folder for temporary files cannot be written.
enableCompileCache()
const { run } = await import('./run.ts')
await run()
