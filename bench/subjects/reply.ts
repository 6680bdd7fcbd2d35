/** A reply of a given length, shaped as Salesforce's token reply (SF-35 to SF-38), for subjects that only echo. */

/** A function that answers a body of exactly `bytes` bytes with a refresh token that it never gave before.
 *  Concatenation only: what the echo spends on its body is the least that any server could. */
export function replyOf(bytes: number): () => string {
  const start = `{"access_token":"00D000000000001!`
  const middle =
    `","signature":"UzOXxhR187G9hnqNNytuJfp4Tin3XCiv7YmcsG2rkTM=","scope":"refresh_token api id",` +
    `"instance_url":"http://127.0.0.1:8480","id":"http://127.0.0.1:8480/id/00D000000000001EAA/005000000000001AAA",` +
    `"token_type":"Bearer","issued_at":"1767225600000","refresh_token":"`
  const filler = bytes - Buffer.byteLength(start + middle) - tokenLength - 2
  if (filler < 0) throw new Error(`a token reply cannot be ${bytes} bytes: ${bytes - filler} is the least`)
  const head = start + 'a'.repeat(filler) + middle
  let count = 0
  return () => {
    count += 1
    return `${head}${echoToken(count)}"}`
  }
}

const tokenLength = 120

/** As long as an opaque refresh token that carries grant, generation, secret and tag. */
export function echoToken(count: number): string {
  return `5Aep861${String(count).padStart(tokenLength - 7, '0')}`
}
