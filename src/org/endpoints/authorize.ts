/** `/services/oauth2/authorize`, by GET or POST (OpenID Connect Core 3.1.2.1), with or without a brand behind it (SF-74, SF-76). */
import type { BrowserRoute } from '../browser/serve.ts'
import { startAuthorization } from '../flows/authorize/authorize.ts'

const path = '/services/oauth2/authorize'

export const authorizeRoutes: readonly BrowserRoute[] = [path, `${path}/:brand`].flatMap((url) => [
  { method: 'GET', url, answer: startAuthorization },
  { method: 'POST', url, answer: startAuthorization },
])
