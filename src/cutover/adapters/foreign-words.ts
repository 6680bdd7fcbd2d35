/** What others say comes into the journal, onto terminals and into notifications: without secrets, and so that no terminal obeys it. */
import type { Secret } from '../../values/secret.ts'

const longest = 500

/** One line, of a length that people read. */
export function plainWords(text: string, most: number = longest): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return plain.length > most ? `${plain.slice(0, most)}…` : plain
}

/** The end of it, where programs say what went wrong. Neither URL nor password is in it, nor what a proxy is shown in their place. */
export function withoutSecrets(text: string, urls: readonly Secret[]): string {
  const plain = urls.flatMap(secretsIn).reduce((shown, each) => shown.replaceAll(each, '[secret]'), text)
  const line = plainWords(plain, Infinity)
  return line.length > longest ? `…${line.slice(-longest)}` : line
}

function secretsIn(url: Secret): readonly string[] {
  const text = url.expose()
  const { username = '', password = '' } = URL.parse(text) ?? {}
  const basic = [`${username}:${password}`, `${decoded(username)}:${decoded(password)}`].map((each) =>
    Buffer.from(each).toString('base64'),
  )
  const word = password === '' ? username : password // some proxies want a token for a name
  return [text, ...(word === '' ? [] : [...basic, word, decoded(word)])]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
