import { createHash } from 'node:crypto'
import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assets, iconPath, stylesheetPath } from './assets.ts'

describe('assets', () => {
  test('there is one stylesheet and one drawing', () =>
    deepEqual(
      assets.map((each) => each.path),
      [stylesheetPath, iconPath],
    ))

  for (const { path, body, headers } of assets) {
    test(`${path.replace(/-[0-9a-f]+/, '')} is named by its content, so it may be kept for ever`, () => {
      equal(path.includes(`-${createHash('sha256').update(body).digest('hex').slice(0, 16)}.`), true)
      equal(headers['cache-control'], 'public, max-age=31536000, immutable')
    })

    test(`${path.replace(/-[0-9a-f]+/, '')} loads nothing from anywhere`, () =>
      doesNotMatch(body.replaceAll('http://www.w3.org/2000/svg', ''), /url\(|@import|https?:|<script/))
  }

  test('the stylesheet keeps still for those who ask for it and shows where the focus is', () => {
    const css = assets[0]?.body ?? ''
    match(css, /prefers-reduced-motion/)
    match(css, /:focus-visible/)
  })
})

describe('contrast', () => {
  const pairs = {
    'a brand button’s words': ['#ffffff', '#0176d3', 4.5],
    'a brand button’s words under the pointer': ['#ffffff', '#014486', 4.5],
    'a link and a neutral button’s words': ['#0b5cab', '#ffffff', 4.5],
    'weak text on the card': ['#444444', '#ffffff', 4.5],
    'a scope’s name on the card': ['#5c5c5c', '#ffffff', 4.5],
    'the code on grey': ['#181818', '#f3f3f3', 4.5],
    'an error’s words': ['#ba0517', '#fef1ee', 4.5],
    'a field’s edge': ['#747474', '#ffffff', 3],
    'the ring around the focus': ['#014486', '#ffffff', 3],
    'the tick of a scope': ['#2e844a', '#ffffff', 3],
  } as const
  const css = (assets[0]?.body ?? '').replace(/#([0-9a-f])([0-9a-f])([0-9a-f])\b/g, '#$1$1$2$2$3$3')
  for (const [what, [front, back, least]] of Object.entries(pairs))
    test(`of ${what} is at least ${least} to 1 (WCAG AA)`, () => {
      equal(css.includes(front) && css.includes(back), true, 'the stylesheet no longer has these colours')
      equal(contrast(front, back) >= least, true, `it is ${contrast(front, back)}`)
    })
})

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => linear(Number.parseInt(colour.slice(at, at + 2), 16) / 255))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
}
