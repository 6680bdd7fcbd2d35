import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readProfile } from './profile.ts'

describe('the profile on pages', () => {
  const profiles: Record<string, [string, { displayName: string; maskedEmail: string }]> = {
    'shows first and last name and a masked address': [
      '{"firstName":"Ana","lastName":"Pereira","email":"ana@acme.example"}',
      { displayName: 'Ana Pereira', maskedEmail: 'a•••@acme.example' },
    ],
    'falls back to the user name': ['{}', { displayName: 'u@x.example', maskedEmail: 'u•••@x.example' }],
    'does not choke on fields of other types': [
      '{"firstName":1,"email":null}',
      { displayName: 'u@x.example', maskedEmail: 'u•••@x.example' },
    ],
    'hides an address without an at sign but for its first character': [
      '{"email":"pigeon"}',
      { displayName: 'u@x.example', maskedEmail: 'p•••' },
    ],
  }
  for (const [sentence, [content, expected]] of Object.entries(profiles))
    test(sentence, () => deepEqual(readProfile('u@x.example', content), { username: 'u@x.example', ...expected }))
})
