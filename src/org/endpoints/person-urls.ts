/** The addresses that identity replies give, on the instance's host (SF-122). */
import type { OrgParts } from '../parts.ts'

export type PersonUrls = Readonly<Record<string, string>>

/** `version`: what takes the place of the literal `{version}`; undefined leaves it (SF-122). */
export function personUrls(parts: OrgParts, userId: string, version: string = '{version}'): PersonUrls {
  const { id, instanceUrl } = parts.settings.current().organization
  const org = id.slice(0, 15)
  const data = `${instanceUrl}/services/data/v${version}`
  const soap = (kind: string): string => `${instanceUrl}/services/Soap/${kind}/${version}/${org}`
  return {
    enterprise: soap('c'),
    metadata: soap('m'),
    partner: soap('u'),
    rest: `${data}/`,
    sobjects: `${data}/sobjects/`,
    search: `${data}/search/`,
    query: `${data}/query/`,
    recent: `${data}/recent/`,
    tooling_soap: soap('T'),
    tooling_rest: `${data}/tooling/`,
    profile: `${instanceUrl}/${userId}`,
    feeds: `${data}/chatter/feeds`,
    groups: `${data}/chatter/groups`,
    users: `${data}/chatter/users`,
    feed_items: `${data}/chatter/feed-items`,
    feed_elements: `${data}/chatter/feed-elements`,
    custom_domain: instanceUrl,
  }
}

export function photoUrls(parts: OrgParts): { readonly picture: string; readonly thumbnail: string } {
  const { instanceUrl } = parts.settings.current().organization
  return { picture: instanceUrl + photoPaths.picture, thumbnail: instanceUrl + photoPaths.thumbnail }
}

export const photoPaths = { picture: '/profilephoto/005/F', thumbnail: '/profilephoto/005/T' } as const
