/** The long form of the idle tunnels: as many as one process can have within 20,000 descriptors. */
import { test } from 'node:test'
import { idleTunnels } from './hostile.ts'

test('9,000 idle tunnels: under 30 kB each, and nothing is left of them', (t) => idleTunnels(t, 9000))
