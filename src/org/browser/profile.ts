/** What pages show of a user. */

export type Profile = {
  readonly username: string
  readonly displayName: string
  /** Partly hidden, so that a page shows it to someone who knows it and teaches it to nobody else. */
  readonly maskedEmail: string
}

/** `content` is the user object as stored, JSON; fields that it lacks are made up for by the user name. */
export function readProfile(username: string, content: string): Profile {
  const field = fieldsOf(content)
  const name = [field('firstName'), field('lastName')].filter(Boolean).join(' ') || field('name')
  return { username, displayName: name || username, maskedEmail: mask(field('email') || username) }
}

function fieldsOf(content: string): (name: string) => string {
  const parsed: unknown = JSON.parse(content)
  const fields = new Map<string, unknown>(typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [])
  return (name) => {
    const value = fields.get(name)
    return typeof value === 'string' ? value : ''
  }
}

function mask(email: string): string {
  const at = email.lastIndexOf('@')
  const [first = ''] = email
  return `${first}•••${at > 0 ? email.slice(at) : ''}`
}
