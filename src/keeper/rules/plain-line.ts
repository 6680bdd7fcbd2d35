/** What an org says goes into events and onto terminals: one line, of bounded length, that no terminal obeys. */
export function plainLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return plain.length > 200 ? `${plain.slice(0, 200)}…` : plain
}
