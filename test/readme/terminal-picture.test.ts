/** `npm run docs:picture` runs this with `--update`, which writes the picture into the README instead of comparing it. */
import { equal, match } from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { root } from '../../tools/command.ts'
import { pictureIn, shorten, takePicture, withPicture } from './terminal-picture.ts'

const readme = `${root}README.md`

describe("the README's terminal picture", () => {
  test('is what the commands that `up` prints answer', async () => {
    const picture = await takePicture()
    match(picture, /"error_description":"ip restricted by app developer"/)
    match(picture, /"refresh_token":"5Aep861…"/)
    match(picture, /^Refused: /m)
    const page = readFileSync(readme, 'utf8')
    if (process.argv.includes('--update')) writeFileSync(readme, withPicture(page, picture))
    else equal(pictureIn(page), picture, 'the README shows something else: npm run docs:picture')
  })

  test('has no secret in it, and no place of the machine', () => {
    const reply = '{"access_token":"00D000000000001!AQx.y_z-","refresh_token":"5Aep861AQG","issued_at":"1795246187928"}'
    const through = `http://demo:${'x'.repeat(32)}@127.0.0.1:5`
    const text = `$ curl -K /tmp/x/data/redeem.curl -x ${through}\n${reply}\n$ SALLYPORT_STORAGE=sqlite:/tmp/x/data explain --org http://127.0.0.1:4\n`
    equal(
      shorten(text, { data: '/tmp/x/data', url: 'http://127.0.0.1:4', gatewayUrl: 'http://127.0.0.1:5' }),
      '$ curl -K data/redeem.curl -x http://demo:…@127.0.0.1:9293\n{"access_token":"00D000000000001!…","refresh_token":"5Aep861…","issued_at":"…"}\n$ explain\n',
    )
  })

  test('a picture of something else is seen', () => {
    const page = 'a\n<!-- terminal picture: npm run docs:picture -->\n\nold\n\n<!-- end of the picture -->\nb\n'
    equal(pictureIn(page), 'old')
    equal(pictureIn(withPicture(page, 'new $1')), 'new $1')
  })
})
