/** Runs the test files that it is given in this process, one after the other: milliseconds a file instead of a process a file.
 *  `node --test --test-isolation=none` would do the same, but it forgets an error that a file throws after its first test. */
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

for (const file of process.argv.slice(2)) {
  try {
    await import(pathToFileURL(file).href)
  } catch (error) {
    void test(`${file} can be loaded`, () => {
      throw error
    })
  }
}
