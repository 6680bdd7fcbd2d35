import { used } from './dead-export.ts'

process.exitCode = used
