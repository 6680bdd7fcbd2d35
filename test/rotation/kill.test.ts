import { test } from 'node:test'
import { killUnderLoad } from './kill.ts'

const kills = 5

test(`kill -9 under load: no acknowledged rotation is lost and no token is accepted twice, over ${kills} kills`, () =>
  killUnderLoad(kills))
