/** The lock installs everywhere: it names versions and hashes, and no registry, mirror or path of the machine that wrote it. */
import { readFileSync } from 'node:fs'
import { root } from '../command.ts'
import { sawNothing, type Gate } from './gate.ts'

export const lockfile: Gate = {
  name: 'lock',
  // oxlint-disable-next-line typescript/require-await -- a gate is asynchronous; this one happens to have nothing to wait for
  async judge() {
    const text = readFileSync(`${root}package-lock.json`, 'utf8')
    const packages = text.match(/"integrity": "sha512-/g)?.length ?? 0
    const blind =
      hosts('"resolved": "https://registry.example/a.tgz"').length === 1
        ? []
        : ['a planted registry host was not caught']
    return { saw: `lock ${packages} packages`, wrong: [...sawNothing(packages, 'packages'), ...blind, ...hosts(text)] }
  },
}

const hosts = (text: string): string[] =>
  (text.match(/"resolved": "[^"]*"/g) ?? []).map(
    (found) => `package-lock.json names a source: ${found}; npm install writes it without, see .npmrc`,
  )
