/** Where a login goes on to: only ever a path on this server. */

const ownPath = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/
const longest = 14_000

/** The text itself if it is a path of printable ASCII, else undefined. `//host`, `/\host`, a backslash anywhere and a control character are what
 *  browsers read as another host. */
export function readStartUrl(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= longest && ownPath.test(text) ? text : undefined
}
