import { equal, match, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { Complaint } from '../complaint.ts'
import { noAnswer } from './no-answer.ts'

const said = (reason: string): string => {
  let text = ''
  throws(
    () => noAnswer(new Error(reason)),
    (thrown) => {
      if (thrown instanceof Complaint)
        text = thrown.troubles.map(({ means, next }) => [means, ...next].join('\n')).join()
      return thrown instanceof Complaint
    },
  )
  return text
}

test('who names the port of the proxy is told which one is meant', () =>
  match(
    said('The gateway answered 400: nothing that can be read'),
    /is something else: the gateway answered 400.*\n.*admin API of the gateway listens, port 9294/,
  ))

test('an answer that a failing service could not explain is not taken for another service', () =>
  match(said('The gateway answered 502: nothing that can be read'), /^Lists, pool or keeper could not be read/))

test('a token that cannot be sent is looked for where the file says it is', () =>
  equal(
    said('the token for http://127.0.0.1:8480 has spaces or letters in it that no token has'),
    'the token for http://127.0.0.1:8480 has spaces or letters in it that no token has. Nothing was changed.\nLook at what tokens: in the cutover file names: a variable or a file that holds the token and nothing else.',
  ))
