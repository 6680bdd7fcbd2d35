import { test } from 'node:test'
import { rotateOneGrant } from './one-grant.ts'

const rotations = 500

test(`a grant that rotated ${rotations} times takes the room of one that hardly did, and its old tokens are still known`, () =>
  rotateOneGrant(rotations))
