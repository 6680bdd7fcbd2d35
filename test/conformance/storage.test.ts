/** Every engine against the one suite. */
import { sqliteInline, sqliteMemory, sqliteSharedInline, sqliteSharedThread, sqliteThread } from './sqlite-places.ts'
import { storageConformance } from './storage.conformance.ts'

storageConformance(sqliteMemory)
storageConformance(sqliteInline)
storageConformance(sqliteThread)
storageConformance(sqliteSharedInline)
storageConformance(sqliteSharedThread)
