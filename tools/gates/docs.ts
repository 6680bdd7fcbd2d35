/** Generated pages say what the code says. */
import { referencePages, stalePages } from '../reference-pages.ts'
import { sawNothing, type Gate } from './gate.ts'

export const docs: Gate = {
  name: 'docs',
  async judge() {
    const pages = await referencePages()
    const planted = new Map([...pages].map(([path, text]) => [path, `${text}changed`]))
    const blind =
      stalePages(planted).length === pages.size ? [] : ['a planted change of the code was not seen in the pages']
    const stale = stalePages(pages).map((path) => `${path} is not what the code says: npm run docs:generate`)
    return {
      saw: `docs ${pages.size} generated pages`,
      wrong: [...sawNothing(pages.size, 'pages'), ...blind, ...stale],
    }
  },
}
