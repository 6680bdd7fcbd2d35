/** The keys of the keyring: which there are, what lies under them, another one, and one less. Nobody is authorized again for any of it. */
import type { Storage } from '../storage/storage.ts'
import { instant } from '../values/time.ts'
import { KeeperError } from './keeper-error.ts'
import type { KeyCare, KeyView, RewrapWish, Rewrapped } from './keys-face.ts'
import type { Log } from './log.ts'
import type { KeyringRefusal } from './rules/drop-key.ts'
import { countKeyUses, findWrappedApps, findWrappedConnections } from './store/rewrap.ts'
import type { KeeperWrites } from './store/writes.ts'
import type { HeldKeyring, Keyring } from './vault/keyring.ts'
import { rewrapAll, type RewrapStore } from './vault/rewrap.ts'

export type KeysParts = {
  readonly storage: Storage<KeeperWrites>
  /** As the vault asks it. */
  readonly keyring: Keyring
  /** Undefined where somebody else keeps the keys, e.g. a KMS. */
  readonly held: HeldKeyring | undefined
  readonly log: Log
}

export function openKeys(parts: KeysParts): KeyCare {
  const { storage, held, log } = parts
  const store = rewrapStore(storage)
  return {
    keys: async () => await listKeys(parts),
    rewrapKeys: async (wish) => await rewrap(parts, store, wish),
    async rotateKey(wish) {
      const before = await rewrap(parts, store, wish)
      // an earlier rotation was interrupted: it is this one that was asked for again
      if (before.rewrapped > 0 || !before.finished) return { ...before, added: undefined }
      const added = await (held ?? keptElsewhere).addKey()
      if (!added.ok) throw refused(added.fault)
      log.info('keeper.key-added', { key: added.value })
      return { ...(await rewrap(parts, store, wish)), added: added.value }
    },
    async dropKey(id) {
      const dropped = await (held ?? keptElsewhere).dropKey(id, async () => await usesOf(storage, id))
      if (!dropped.ok) throw refused(dropped.fault)
      log.info('keeper.key-dropped', { key: id })
    },
  }
}

const refused = ({ means, next }: KeyringRefusal): KeeperError => new KeeperError('KEY_REFUSED', means, { next })

const keptElsewhere: Pick<HeldKeyring, 'addKey' | 'dropKey'> = {
  addKey: async () => await Promise.resolve({ ok: false, fault: elsewhere }),
  dropKey: async () => await Promise.resolve({ ok: false, fault: elsewhere }),
}

const elsewhere: KeyringRefusal = {
  kind: 'kept-elsewhere',
  means: 'The keys are kept by the keyring that was given, which this keeper only asks to wrap and to unwrap.',
  next: [
    'Make another key current there; then `rewrapKeys` moves everything under it.',
    'Take an older key away there when `keys` says that it wraps nothing any more.',
  ],
}

async function listKeys({ storage, keyring, held }: KeysParts): Promise<readonly KeyView[]> {
  const uses = await storage.read(countKeyUses)
  const listed = held?.keys() ?? [{ id: keyring.current }]
  const wraps = (id: string): number => uses.find(({ key }) => key === id)?.count ?? 0
  const lacking = uses.filter(({ key }) => !listed.some(({ id }) => id === key))
  return [
    ...listed.map(({ id, madeAt, retiredAt }) => ({
      ...{ id, current: id === keyring.current, wraps: wraps(id), here: true },
      madeAt: madeAt === undefined ? undefined : instant(madeAt),
      retiredAt: retiredAt === undefined ? undefined : instant(retiredAt),
    })),
    // a KMS does not say which others it has
    ...lacking.map(({ key, count }) => ({
      ...{ id: key, current: false, wraps: count, here: held === undefined },
      ...{ madeAt: undefined, retiredAt: undefined },
    })),
  ]
}

async function usesOf(storage: Storage<KeeperWrites>, id: string): Promise<number> {
  const uses = await storage.read(countKeyUses)
  return uses.find(({ key }) => key === id)?.count ?? 0
}

async function rewrap({ keyring, log }: KeysParts, store: RewrapStore, { stop }: RewrapWish = {}): Promise<Rewrapped> {
  const { failed, ...done } = await rewrapAll({ keyring, store }, stop === undefined ? {} : { stop })
  for (const { owner, fault } of failed) log.error('keeper.key-not-rewrapped', { ...owner, cause: fault.message })
  return { ...done, failed: failed.map(({ owner, fault }) => ({ ...owner, means: fault.message, next: fault.next })) }
}

function rewrapStore(storage: Storage<KeeperWrites>): RewrapStore {
  return {
    countUses: async () => await storage.read(countKeyUses),
    async find(name, limit) {
      const connections = await storage.read(() => findWrappedConnections(name, limit))
      const apps = connections.length < limit ? await storage.read(() => findWrappedApps(name, limit)) : []
      return [
        ...connections.map(({ key, wrapped }) => ({ owner: { kind: 'connection' as const, ...key }, wrapped })),
        ...apps.map(({ key: { tenant, name: id }, wrapped }) => ({
          owner: { kind: 'app' as const, tenant, id },
          wrapped,
        })),
      ]
    },
    async replace({ owner: { kind, tenant, id }, wrapped: from, by }) {
      const result =
        kind === 'connection'
          ? await storage.write('rewrapKey', { key: { tenant, id }, from, wrapped: by })
          : await storage.write('rewrapAppKey', { key: { tenant, name: id }, from, wrapped: by })
      if (result.kind === 'committed') return result.value
      const why = result.kind === 'dropped' ? result.why : result.cause.message
      throw new KeeperError('NOT_SENT', `The store took no re-wrapped key: ${why}.`, {
        next: ['See that the store can be written, and do it again: what was done stays done.'],
      })
    },
  }
}
