import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseLoginUrl } from './login-url.ts'

describe('a login URL', () => {
  const good = {
    'https://login.salesforce.com/services/oauth2/token': 'https://login.salesforce.com',
    'https://acme.my.salesforce.com': 'https://acme.my.salesforce.com',
    'http://127.0.0.1:8480/': 'http://127.0.0.1:8480',
    'http://[::1]:8480': 'http://[::1]:8480',
    'http://localhost:8480': 'http://localhost:8480',
  }
  for (const [text, value] of Object.entries(good))
    test(`${text} is one`, () => deepEqual(parseLoginUrl(text), { ok: true, value }))

  const bad = {
    'login.salesforce.com': 'is no https URL',
    'ftp://login.salesforce.com': 'is no https URL',
    'https://me:secret@login.salesforce.com': 'holds credentials',
    'http://login.salesforce.com': 'would send tokens in the clear',
    'http://127.0.0.1.example': 'would send tokens in the clear',
  }
  for (const [text, fault] of Object.entries(bad))
    test(`${text} is none: it ${fault}`, () => deepEqual(parseLoginUrl(text), { ok: false, fault }))
})
