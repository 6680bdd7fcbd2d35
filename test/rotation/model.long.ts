import { describe, test } from 'node:test'
import { takeHistories } from './histories.ts'

const histories = 2_000

describe('any history of refresh, replay, revoke, settings and time', () => {
  test(`ends as the rules say, ${histories} times: one current token in a live family, none in a dead one`, () =>
    takeHistories(histories))
})
