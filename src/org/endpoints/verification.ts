/** The page that asks an unknown browser for a code (SF-91, SF-150). */
import { verificationPath } from '../browser/paths.ts'
import type { BrowserRoute } from '../browser/serve.ts'
import { answerVerification, showVerification } from '../flows/login/verify.ts'

export const verificationRoutes: readonly BrowserRoute[] = [
  { method: 'GET', url: verificationPath, answer: showVerification },
  { method: 'POST', url: verificationPath, answer: answerVerification },
]
