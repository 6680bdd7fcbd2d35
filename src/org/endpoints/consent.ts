/** The consent page (SF-89 to SF-92). */
import { consentPath } from '../browser/paths.ts'
import type { BrowserRoute } from '../browser/serve.ts'
import { answerConsent, showConsent } from '../flows/authorize/authorize.ts'

export const consentRoutes: readonly BrowserRoute[] = [
  { method: 'GET', url: consentPath, answer: showConsent },
  { method: 'POST', url: consentPath, answer: answerConsent },
]
