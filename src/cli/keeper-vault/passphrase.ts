/** The passphrase of an exported file: from a file, from the environment, or typed; never from the command line, which every user of the machine can read. */
import { environmentSecret } from '../../config/process.ts'
import { OpenToOthers, readPrivateFile } from '../../storage/private-file.ts'
import { secret, type Secret } from '../../values/secret.ts'
import { complaint, wrongUsage } from '../complaint.ts'
import type { Terminal } from '../terminal.ts'

export type PassphraseFlags = { readonly passphraseFile?: string; readonly passphraseEnv?: string }

/** `twice`: a typed one is asked for again, since nobody sees it. Throws a Complaint. */
export async function readPassphrase(
  terminal: Terminal,
  { passphraseFile: file, passphraseEnv: name }: PassphraseFlags,
  { twice }: { readonly twice: boolean },
): Promise<Secret> {
  if (file !== undefined && name !== undefined)
    throw wrongUsage('The passphrase is to come from a file and from the environment.', 'Leave one of the two out.')
  if (file !== undefined) return secret((await readSecretFile(file)).replace(/\r?\n$/, ''))
  if (name !== undefined) {
    const found = environmentSecret(name)
    if (found === undefined)
      throw complaint(`The passphrase is to be in ${name}, which is not set.`, `export ${name}=…`)
    return found
  }
  if (!process.stdin.isTTY)
    throw complaint(
      'There is no terminal to ask for the passphrase.',
      '--passphrase-file FILE, of mode 0600',
      '--passphrase-env NAME',
    )
  const first = await ask(terminal, 'Passphrase: ')
  if (twice && (await ask(terminal, 'Once more: ')) !== first)
    throw complaint('The two are not the same.', 'Do it again.')
  return secret(first)
}

/** A file that others may read is refused. Throws a Complaint. */
export async function readSecretFile(path: string): Promise<string> {
  const text = await readPrivateFile(path).catch((cause: unknown) => {
    if (cause instanceof OpenToOthers) throw complaint(cause.message, `chmod 600 ${path}`)
    throw cause
  })
  if (text === undefined) throw complaint(`${path} does not exist.`, `ls -ld ${path}`)
  return text
}

const [endOfText, endOfInput, backspace, erase] = ['\u0003', '\u0004', '\b', '\u007F']

/** One line, which is not shown. */
async function ask(terminal: Terminal, question: string): Promise<string> {
  process.stderr.write(question)
  const stdin: NodeJS.ReadStream = process.stdin
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.resume()
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed = ''
      const onData = (text: string): void => {
        for (const sign of text) {
          if (sign === '\r' || sign === '\n' || sign === endOfInput) return end(() => resolve(typed))
          if (sign === endOfText) return end(() => reject(complaint('Nothing was done: it was broken off.')))
          typed = sign === backspace || sign === erase ? typed.slice(0, -1) : typed + sign
        }
      }
      const end = (how: () => void): void => {
        stdin.off('data', onData)
        how()
      }
      stdin.on('data', onData)
    })
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    terminal.err('')
  }
}
