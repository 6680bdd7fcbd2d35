import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { array, assert, constantFrom, property, record, uniqueArray } from 'fast-check'
import { changesFor, editSet, fileAlone, reconcile, type DeclaredItem, type Marked } from './declared-set.ts'

const marked = (name: string, address: string): Marked => ({
  entry: { name, address, confirm: 'on' },
  mark: `${name}=${address}`,
})
const item = (each: Marked, about: Partial<DeclaredItem> = {}): DeclaredItem => ({
  ...each,
  mode: 'active',
  by: 'file',
  ...about,
})
const [a, b, c] = [marked('a', '192.0.2.1'), marked('b', '192.0.2.2'), marked('c', '192.0.2.3')]
const file = [a, b]
const changes = (items: readonly DeclaredItem[], of = file) => changesFor(items, of, { before: [], now: 7 })
const shown = (items: readonly DeclaredItem[]) =>
  items.map(({ mark, by, mode }) => `${mark} ${by}${mode === 'active' ? '' : ` ${mode}`}`)

describe('file and admin API together', () => {
  test('without changes the file is the set', () => deepEqual(reconcile(file, []).items, file.map((each) => item(each)))) // prettier-ignore

  test('what is as the file has it is not kept', () => deepEqual(changes(file.map((each) => item(each))), []))

  test('a removal stands while the file says the same, and is undone when it says something else', () => {
    const removed = changes([item(b)])
    deepEqual(shown(reconcile(file, removed).items), ['b=192.0.2.2 file'])
    const other = reconcile([marked('a', '192.0.2.9'), b], removed)
    deepEqual([shown(other.items), other.undone], [['a=192.0.2.9 file', 'b=192.0.2.2 file'], ['a']])
  })

  test('what is drained stays so when the file changes its declaration, and goes with it', () => {
    const drained = changes([item(a, { mode: 'draining' }), item(b)])
    const other = reconcile([marked('a', '192.0.2.9'), b], drained)
    deepEqual([shown(other.items), other.undone], [['a=192.0.2.9 file draining', 'b=192.0.2.2 file'], []])
    deepEqual(shown(reconcile([b], drained).items), ['b=192.0.2.2 file'])
    deepEqual(shown(fileAlone(file, drained)), ['a=192.0.2.1 file draining', 'b=192.0.2.2 file'])
  })

  test('an addition stands until the file declares that name', () => {
    const added = changes([item(a), item(b), item(c, { by: 'admin' })])
    deepEqual(shown(reconcile(file, added).items), ['a=192.0.2.1 file', 'b=192.0.2.2 file', 'c=192.0.2.3 admin'])
    deepEqual(reconcile([...file, marked('c', '192.0.2.8')], added).undone, ['c'])
  })

  test('a change keeps its instant for as long as it is the same', () => {
    const before = changes([item(b)])
    equal(changesFor([item(b)], file, { before, now: 99 })[0], before[0])
  })

  test('any set comes back as it was from what is kept of it', () => {
    const names = ['a', 'b', 'c', 'd']
    const mode = constantFrom('active' as const, 'standby' as const, 'draining' as const)
    const declared = record({ name: constantFrom(...names), address: constantFrom('192.0.2.1', '192.0.2.2') })
    const unique = { selector: ({ name }: { name: string }) => name }
    const sets = uniqueArray(declared, unique).map((all) => all.map(({ name, address }) => marked(name, address)))
    assert(
      property(sets, sets, array(mode, { minLength: 4, maxLength: 4 }), (of, wanted, modes) => {
        const items = wanted.map((each, i) => {
          const by = of.some(({ mark }) => mark === each.mark) ? 'file' : 'admin'
          return item(each, { by, mode: modes[i] ?? 'active' })
        })
        const again = reconcile(of, changesFor(items, of, { before: [], now: 1 }))
        const sorted = (all: readonly DeclaredItem[]) => shown(all).toSorted()
        deepEqual(sorted(again.items), sorted(items))
        deepEqual(again.undone, [])
      }),
    )
  })
})

describe('an edit', () => {
  const items = [item(a, { mode: 'draining' }), item(b)]
  const parts = { kind: 'parts', add: [], drain: [], standby: [], resume: [], remove: [] } as const

  test('of parts adds, drains, resumes and removes at once', () => {
    const edited = editSet(items, { ...parts, add: [c], drain: ['c'], resume: ['a'], remove: ['b'] })
    deepEqual(edited.ok && shown(edited.value), ['a=192.0.2.1 file', 'c=192.0.2.3 admin draining'])
  })

  test('that both drains and resumes one drains it: the careful reading', () => {
    const edited = editSet(items, { ...parts, drain: ['a'], resume: ['a'] })
    deepEqual(edited.ok && shown(edited.value)[0], 'a=192.0.2.1 file draining')
  })

  test('of the whole keeps what is only named, and whether it is drained', () => {
    const egress = [
      { name: 'b', declared: undefined, mode: undefined },
      { name: 'a', declared: marked('a', '192.0.2.7'), mode: undefined },
      { name: 'c', declared: c, mode: 'draining' as const },
    ]
    const edited = editSet(items, { kind: 'whole', egress })
    deepEqual(edited.ok && shown(edited.value), [
      'b=192.0.2.2 file',
      'a=192.0.2.7 admin draining',
      'c=192.0.2.3 admin draining',
    ])
  })

  test('names everything that is not there', () => {
    const edited = editSet(items, { ...parts, drain: ['x'], resume: ['b', 'y'], remove: ['z'] })
    deepEqual(!edited.ok && edited.fault.map(({ path }) => path), ['drain[0]', 'resume[1]', 'remove[0]'])
  })
})
