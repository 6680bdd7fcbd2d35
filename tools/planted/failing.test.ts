import { equal } from 'node:assert/strict'
import { test } from 'node:test'

test('planted: fails', () => equal(1, 2))
test('planted: is skipped', { skip: true }, () => undefined)
test('planted: is put off', { todo: true }, () => undefined)
