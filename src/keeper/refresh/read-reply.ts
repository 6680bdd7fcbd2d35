/** From the bytes of a reply to what is judged. */
import { readReply } from '../rules/http-reply.ts'
import type { Exchanged } from '../rules/outcome.ts'
import type { Posted } from '../transport/connection.ts'

export function exchangedOf(posted: Posted): Exchanged {
  switch (posted.kind) {
    case 'not-sent':
      return { got: 'nothing-written', why: posted.why }
    case 'cut':
      return exchangedOfBytes(posted.raw, posted.why)
    case 'replied':
      return exchangedOfBytes(posted.raw)
  }
}

/** `cut`: why nothing more came, where it did not end in order. */
export function exchangedOfBytes(raw: Uint8Array, cut?: string): Exchanged {
  const reply = readReply(raw)
  if (reply.kind === 'unreadable') return { got: 'no-reply', why: cut ?? `the reply cannot be read: ${reply.why}` }
  const { status, body, whole } = reply
  return { got: 'reply', status, body, whole: whole && cut === undefined }
}
