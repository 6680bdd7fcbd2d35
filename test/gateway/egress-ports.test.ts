/** How many connections one source address carries, on a machine whose ports can be counted on the fingers. */
import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { inNamespace } from './namespace.ts'

test('L-79: an address carries as many connections as there are source ports, to each destination anew, and says when they are used up', (t) =>
  inNamespace(t, { program: 'child-ports.ts' }, (seen) => {
    const full = { held: seen['ports'], refused: 'PORTS_EXHAUSTED' }
    deepEqual({ first: seen['first'], second: seen['second'] }, { first: full, second: full })
    deepEqual(seen['state'], 'up')
    deepEqual(seen['reserved'], [], 'ports that are kept for other programs are not taken')
  }))

test('L-79: leaves ports to other programs of the machine, however many destinations its tunnels lead to', (t) =>
  inNamespace(t, { program: 'child-ports-of-others.ts' }, (seen) =>
    deepEqual(seen, { held: 16, program: 'connected' }),
  ))
