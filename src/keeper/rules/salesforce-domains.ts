/** Whose hosts are Salesforce's (SF-317). */

/** A cloud with other hosts is used by listing them (`keeper.loginHosts`). */
const domains = ['salesforce.com', 'force.com', 'cloudforce.com', 'crmforce.mil']

export const isSalesforceHost = (host: string): boolean => {
  const name = host.endsWith('.') ? host.slice(0, -1) : host
  return domains.some((domain) => name === domain || name.endsWith(`.${domain}`))
}
