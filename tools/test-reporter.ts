/** A reporter for node:test that sends each outcome to the process that started it; see run-tests.ts. */
import type { TestEvent } from 'node:test/reporters'
import { outcomeOf, type Outcome } from './test-outcome.ts'

// oxlint-disable-next-line import/no-default-export -- node:test takes a reporter as the default export
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    const outcome = outcomeOf(event, process.cwd())
    if (outcome !== undefined) await send(outcome)
  }
  await send({ kind: 'end' })
  yield ''
}

const send = (outcome: Outcome): Promise<void> =>
  new Promise((resolve, reject) => {
    if (process.send === undefined)
      throw new Error('test-reporter.ts reports to run-tests.ts; start the tests with npm test')
    process.send(outcome, undefined, undefined, (error) => (error === null ? resolve() : reject(error)))
  })
