/** Python through the gateway, by the variable alone: urllib of the standard library, and requests where it is installed. */
import { before, describe, test } from 'node:test'
import { scopeOfSuite } from '../gateway/kit.ts'
import { findProgram, judgeClient, openScene, runProgram, schemes, type Scene } from './through-gateway.ts'

const urllib = `
import os, urllib.request, urllib.error
asked = urllib.request.Request(os.environ['TOKEN_URL'], data=os.environ['FORM'].encode())
try:
    answer = urllib.request.urlopen(asked)
except urllib.error.HTTPError as refused:
    answer = refused
print(answer.read().decode())
print(answer.status)
`
const requests = `
import os, requests
answer = requests.post(os.environ['TOKEN_URL'], data=os.environ['FORM'], headers={'Content-Type': 'application/x-www-form-urlencoded'})
print(answer.text)
print(answer.status_code)
`

const python = await findProgram('python3', '--version')
const found = {
  urllib: { version: python, script: urllib },
  requests: {
    version: await findProgram('python3', '-c', 'import requests; print("requests", requests.__version__)'),
    script: requests,
  },
}

for (const [name, { version, script }] of Object.entries(found)) {
  if (version === undefined) {
    const missing = `Python's ${name} is not on this machine: its rows have not run`
    test(missing, () => console.log(`${missing}.`))
    continue
  }
  describe(`Python's ${name} (${version}) redeems a refresh token through the gateway, and is refused without it`, () => {
    let scene: Scene
    const scope = scopeOfSuite()
    before(async () => void (scene = await openScene(scope)))
    for (const scheme of schemes)
      test(`L-69: by the variable, ${scheme}`, (t) =>
        judgeClient(t, scene, {
          ...{ scheme, kinds: [scheme === 'http' ? 'forward' : 'connect'] },
          run: (errand) => runProgram({ program: 'python3', args: ['-c', script] }, errand),
        }))
  })
}
