/** Where a running org can be reached. */

export const urlRows = (url: string): string[][] => [
  ['', 'Org', url],
  ['', 'Login page', `${url}/login`],
  ['', 'Discovery', `${url}/.well-known/openid-configuration`],
  ['', 'Admin API', `${url}/admin/v1`],
  ['', 'OpenAPI', `${url}/admin/openapi.json`],
]
