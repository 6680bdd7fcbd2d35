/** The versions of the REST API that this org answers under: Spring '21 to Spring '26. */

const oldest = 51 // the version that command line clients ask for after a login (SF-121)
const newest = 66
const seasons = ['Spring', 'Summer', 'Winter'] as const

export type ApiVersion = { readonly label: string; readonly url: string; readonly version: string }

export const newestVersion: string = `${newest}.0`

/** Oldest first. */
export const apiVersions: readonly ApiVersion[] = Array.from({ length: newest - oldest + 1 }, (_, i) => {
  const version = `${oldest + i}.0`
  return { label: releaseName(i), url: `/services/data/v${version}`, version }
})

/** `v58.0` -> `58.0`; undefined for a version that is not there. */
export function apiVersionNumber(segment: string): string | undefined {
  return apiVersions.find(({ version }) => segment === `v${version}`)?.version
}

/** Three releases a year; the winter release is named after the year that it leads into. */
function releaseName(nth: number): string {
  const season = seasons[nth % 3] ?? 'Spring'
  const year = 21 + Math.floor(nth / 3) + (season === 'Winter' ? 1 : 0)
  return `${season} '${year}`
}
