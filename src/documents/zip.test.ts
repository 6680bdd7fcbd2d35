import { deepEqual, equal, match } from 'node:assert/strict'
import { deflateRawSync } from 'node:zlib'
import { describe, test } from 'node:test'
import { readZip, writeZip } from './zip.ts'

const limits = { bytes: 1000, files: 3 }
const file = (path: string, text = 'x') => ({ path, content: Buffer.from(text) })
const refusal = (bytes: Buffer): string => {
  const read = readZip(bytes, limits)
  return read.ok ? 'read' : read.fault
}
/** The same zip with other bytes at a place of its first directory entry. */
function bent(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes)
  const directory = copy.readUInt32LE(copy.length - 6)
  copy.writeUInt32LE(value, directory + at)
  return copy
}

describe('a zip', () => {
  test('is read as it was written, and written the same for the same files', () => {
    const files = [file('package.xml', '<a/>'), file('a/b.txt', 'hello '.repeat(99)), file('empty', '')]
    deepEqual(readZip(writeZip(files), limits), { ok: true, value: files })
    deepEqual(writeZip(files), writeZip(files))
  })

  test('is read without its folders, and whatever stands in front of its directory or behind it', () => {
    const zip = writeZip([file('a/', ''), file('a/b')])
    const read = readZip(Buffer.concat([zip.subarray(0, -2), Buffer.from([3, 0]), Buffer.from('end')]), limits)
    deepEqual(read.ok ? read.value.map(({ path }) => path) : read.fault, ['a/b'])
  })

  const paths = ['../a', 'a/../b', '/a', 'C:a', 'a\\b', 'a//b', './a', 'a\u0000b', 'a'.repeat(513), '']
  for (const path of paths)
    test(`with the path ${JSON.stringify(path.slice(0, 12))} is refused`, () =>
      equal(refusal(writeZip([file(path)])), 'it holds a path that leads out of it'))

  test('that is larger than it may be is refused before it is unpacked, and one that lies about its size while it is', () => {
    const bomb = writeZip([file('a', ' '.repeat(100_000))])
    equal(refusal(bomb), 'it is larger than may be when unpacked')
    equal(refusal(bent(bomb, 24, 10)), 'it is cut off, or holds more than it says')
    equal(
      refusal(writeZip([file('a', 'b'.repeat(600)), file('c', 'd'.repeat(600))])),
      'it is larger than may be when unpacked',
    )
    equal(refusal(writeZip(['a', 'b', 'c', 'd'].map((each) => file(each)))), 'it holds 4 files, and 3 are the most')
  })

  test('that is damaged, encrypted or of another kind is refused', () => {
    const zip = writeZip([file('a', 'hello')])
    equal(refusal(Buffer.from('hello')), 'it is no zip file')
    equal(refusal(Buffer.alloc(0)), 'it is no zip file')
    equal(refusal(bent(zip, 16, 1)), 'a is damaged')
    equal(refusal(bent(zip, 8, 0x0008_0801)), 'a is encrypted')
    equal(refusal(bent(zip, 8, 0x0063_0800)), 'a is packed in a way that is not read')
    equal(refusal(bent(zip, 0, 7)), 'its directory cannot be read')
    equal(refusal(bent(zip, 42, 5)), 'it is cut off, or holds more than it says')
    equal(refusal(bent(zip, 20, 4_000_000)), 'it is cut off, or holds more than it says')
    equal(refusal(writeZip([file('a'), file('a')])), 'it holds a twice')
    const broken = Buffer.from(zip)
    broken.fill(0xff, 31, 31 + deflateRawSync('hello').length)
    match(refusal(broken), /^it cannot be unpacked \(Z_/)
  })
})
