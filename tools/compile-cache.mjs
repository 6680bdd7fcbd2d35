// Loaded before everything else where the command runs from its sources: what type stripping and compiling made once is kept, also for the
// writer thread, which inherits this. JavaScript, since a TypeScript file would have to be stripped before it could say so.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// oxlint-disable-next-line typescript/no-unsafe-call -- no types in plain JavaScript
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/sallyport/compile', import.meta.url)))
