/** Every page once or more, with each of its texts chosen by the caller: for escaping tests, accessibility tests and the eye. */
import { consentPage } from '../../src/org/pages/consent.ts'
import { directErrorPage, errorPage } from '../../src/org/pages/error.ts'
import { homePage } from '../../src/org/pages/home.ts'
import type { Display } from '../../src/org/pages/layout.ts'
import { loggedOutPage } from '../../src/org/pages/logged-out.ts'
import { loginPage } from '../../src/org/pages/login.ts'
import { notFoundPage } from '../../src/org/pages/not-found.ts'
import { scopesInWords } from '../../src/org/pages/scope-words.ts'
import { tooManyTriesPage } from '../../src/org/pages/too-many-tries.ts'
import { verificationPage } from '../../src/org/pages/verification.ts'
import { minutes } from '../../src/values/time.ts'

/** Gives a text for a field: the ordinary one, as passed in, or a hostile one instead. */
export type Say = (ordinary: string) => string

export const ordinary: Say = (text) => text

/** Documents by name. A name that contains `error` is a page with an error on it. */
export function everyPage(say: Say, display: Display = 'page'): Record<string, string> {
  const frame = { organization: { name: say('Acme Manufacturing') }, display }
  return {
    ...loginPages(say, frame),
    ...verificationPages(say, frame),
    ...otherPages(say, frame),
    consent: consent(say, frame),
  }
}

type Frame = { readonly organization: { readonly name: string }; readonly display: Display }

function loginPages(say: Say, frame: Frame): Record<string, string> {
  const carried = {
    csrf: say('csrf-token'),
    startUrl: say('/services/oauth2/authorize?x=1&y=2'),
    source: say('CAAAAY'),
  }
  const empty = {
    ...frame,
    ...carried,
    action: '/login',
    step: 'whole',
    username: '',
    rememberUsername: false,
  } as const
  const known = { ...empty, username: say('ana@acme.example'), rememberUsername: true }
  const app = { label: say('Order Sync') }
  const refused = say('Please check your username and password. If you still can’t log in, contact your administrator.')
  return {
    'login': loginPage({ ...empty, app }),
    'login-known': loginPage(known),
    'login-error': loginPage({ ...known, app, error: refused }),
    'login-username': loginPage({ ...empty, step: 'username' }),
    'login-username-error': loginPage({ ...empty, step: 'username', error: refused }),
    'login-password': loginPage({ ...known, step: 'password', otherUserUrl: say('/login?again=1') }),
    'login-password-error': loginPage({ ...known, step: 'password', error: refused }),
  }
}

function verificationPages(say: Say, frame: Frame): Record<string, string> {
  const plain = {
    ...{ ...frame, csrf: say('csrf-token'), source: say('CAAAAY'), action: '/_ui/identity/verification' },
    ...{ username: say('ana@acme.example'), offerRemember: false, offerResend: false },
  }
  const byEmail = { kind: 'email', maskedAddress: say('a•••@acme.example') } as const
  return {
    'verification': verificationPage({ ...plain, codeSource: byEmail, offerRemember: true, offerResend: true }),
    'verification-error': verificationPage({
      ...plain,
      codeSource: { kind: 'authenticator' },
      error: say('That code is wrong or has expired. Enter the newest one.'),
    }),
  }
}

function consent(say: Say, frame: Frame): string {
  return consentPage({
    ...{
      ...frame,
      csrf: say('csrf-token'),
      source: say('CAAAAY'),
      action: '/setup/secur/RemoteAccessAuthorizationPage.apexp',
    },
    app: {
      ...{ label: say('Order Sync'), contact: say('support@ordersync.example') },
      ...{ description: say('Copies orders to the warehouse.'), infoUrl: say('https://ordersync.example/about') },
    },
    user: { username: say('ana@acme.example'), displayName: say('Ana Pereira') },
    scopes: scopesInWords(['api', 'id', 'email', 'openid', 'refresh_token', say('warehouse_read')]),
    ...{ notYouUrl: say('/secur/logout.jsp?again=1'), returnsTo: say('app.ordersync.example') },
  })
}

function otherPages(say: Say, frame: Frame): Record<string, string> {
  const next = [say('Ask your administrator to install the app in this org.')]
  const user = { username: say('ana@acme.example'), displayName: say('Ana Pereira') }
  return {
    'error': errorPage({
      ...{ ...frame, next, code: say('OAUTH_EC_APP_NOT_FOUND') },
      words: say('External client app is not installed in this org'),
    }),
    'error-direct': directErrorPage({
      ...{ ...frame, error: say('redirect_uri_mismatch'), description: say('redirect_uri must match configuration') },
      next: [say('Tell the app’s publisher that its callback address is not registered.')],
    }),
    'error-too-many-tries': tooManyTriesPage({ ...frame, retryAfter: minutes(15), loginUrl: say('/login') }),
    'home': homePage({ ...frame, user, logoutAction: '/secur/logout.jsp', csrf: say('csrf-token') }),
    'logged-out': loggedOutPage({ ...frame, loginUrl: say('/login') }),
    'not-found': notFoundPage({ ...frame, loginUrl: say('/login') }),
  }
}
