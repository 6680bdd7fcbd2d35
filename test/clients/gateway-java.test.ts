/** Java's own HttpClient through the gateway: it waits for the challenge before it shows its credentials (L-68). */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { scopeOfSuite } from '../gateway/kit.ts'
import { findProgram, judgeClient, openScene, runProgram, schemes, type Scene } from './through-gateway.ts'

const source = new URL('java/Redeem.java', import.meta.url).pathname
// Java refuses Basic for tunnels unless this is emptied; it is what every Java program behind such a proxy sets
const args = ['-Djdk.http.auth.tunneling.disabledSchemes=', '-Xshare:auto']
/** For programs that are over in a moment: what a machine for long ones sets up costs more than they do. */
const brief = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

const java = (await findProgram('javac', '-version')) && (await findProgram('java', '-version'))

if (java === undefined) {
  const missing = 'Java with its compiler is not on this machine: its rows have not run'
  test(missing, () => console.log(`${missing}.`))
} else
  describe(`Java's HttpClient (${java}) redeems a refresh token through the gateway, and is refused without it`, () => {
    let scene: Scene
    let classes: string
    const scope = scopeOfSuite()
    before(async () => {
      scene = await openScene(scope)
      classes = await mkdtemp(join(tmpdir(), 'sallyport-java-'))
      scope.after(() => rm(classes, { recursive: true, force: true }))
      await promisify(execFile)('javac', [...brief.map((each) => `-J${each}`), '-d', classes, source])
    })
    for (const scheme of schemes)
      test(`L-68: by a URL in a variable, ${scheme}`, (t) =>
        judgeClient(t, scene, {
          ...{ scheme, kinds: [scheme === 'http' ? 'forward' : 'connect'] },
          run: (errand) => runProgram({ program: 'java', args: [...brief, ...args, '-cp', classes, 'Redeem'] }, errand),
        }))
  })
