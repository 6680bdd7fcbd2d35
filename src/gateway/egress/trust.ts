/** Which certificates a proxy over https, and an echo over https, may show. */
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

/** Those that Node brings along, those of NODE_EXTRA_CA_CERTS, and those of the system. Made when first asked for: it reads hundreds. */
export function openTrust(): () => SecureContext {
  let context: SecureContext | undefined
  return () =>
    (context ??= createSecureContext({ ca: [...getCACertificates('default'), ...getCACertificates('system')] }))
}
