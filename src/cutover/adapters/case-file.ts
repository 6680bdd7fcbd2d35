/** A support case as a file, for whoever opens it. */
import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { caseText, caseWords, type CaseTerms, type ListChange } from '../list-words.ts'
import { writeWhole } from './write-whole.ts'

export type CaseFileParts = CaseTerms & {
  /** Made where there is none. */
  readonly folder: string
  readonly unique: () => string
}

/** Named by app and content: asked for again, it is the same file. Resolves with what the person has to know. */
export async function askByCase({ folder, unique, ...terms }: CaseFileParts, change: ListChange): Promise<string> {
  const text = caseText(change, terms)
  const whole = `Subject: ${text.subject}\n\n${text.body}\n`
  const name = change.app.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 80)
  const path = join(folder, `${name}-${createHash('sha256').update(whole).digest('hex').slice(0, 8)}.txt`)
  await mkdir(folder, { recursive: true })
  await writeWhole(path, whole, unique)
  return caseWords(text, path)
}
