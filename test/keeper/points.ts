/** Every place where an exchange waits for something outside of it: counted, so that a test can end the process at each of them. */
import type { KeeperOptions } from '../../src/keeper/keeper-face.ts'
import type { KeeperEnvironment } from '../../src/keeper/keeper.ts'
import type { Connection } from '../../src/keeper/transport/connection.ts'
import { openTransport, type Transport } from '../../src/keeper/transport/transport.ts'
import { openKeyring, type Keyring } from '../../src/keeper/vault/keyring.ts'

/** Called with the name of each point, in their order. */
export type Reached = (point: string) => void

/** `of` before it is begun, and once it has come back. */
async function around<T>(reached: Reached, of: string, work: () => Promise<T>): Promise<T> {
  reached(`before ${of}`)
  const result = await work()
  reached(`after ${of}`)
  return result
}

export function pointedEnvironment(environment: KeeperEnvironment, reached: Reached): KeeperEnvironment {
  return {
    ...environment,
    async openStorage(options) {
      const storage = await environment.openStorage(options)
      return {
        ...storage,
        engine: storage.engine,
        read: async (program) => await around(reached, 'a read', () => storage.read(program)),
        write: async (name, input, terms) => await around(reached, name, () => storage.write(name, input, terms)),
        backup: (path) => storage.backup(path),
        close: () => storage.close(),
      }
    },
  }
}

export async function pointedOptions(
  options: KeeperOptions & { readonly keyring: { readonly file: string } },
  { clock, monotonic, random }: KeeperEnvironment,
  reached: Reached,
): Promise<{ readonly options: KeeperOptions; readonly transport: Transport }> {
  const held = await openKeyring({ kind: 'file', path: options.keyring.file, vaultIsNew: false }, { random, clock })
  const keyring: Keyring = {
    current: held.current,
    wrap: async (key, context) => await around(reached, 'wrapping a key', () => held.wrap(key, context)),
    unwrap: async (wrapped, context) => await around(reached, 'unwrapping a key', () => held.unwrap(wrapped, context)),
  }
  const transport = openTransport({ route: { kind: 'direct' }, clock, monotonic })
  if (!transport.ok) throw new Error(transport.fault)
  return { options: { ...options, keyring }, transport: pointedTransport(transport.value, reached) }
}

function pointedTransport(transport: Transport, reached: Reached): Transport {
  return {
    ...{ shown: transport.shown, tunnel: transport.tunnel },
    async open(wish) {
      const opened = await around(reached, 'opening the connection', () => transport.open(wish))
      return opened.kind === 'open' ? { ...opened, connection: pointedConnection(opened.connection, reached) } : opened
    },
  }
}

function pointedConnection(connection: Connection, reached: Reached): Connection {
  return {
    ...connection,
    async post(request, permission) {
      return await around(reached, 'the request', () =>
        connection.post(request, {
          ...permission,
          mayWrite() {
            const may = permission.mayWrite()
            if (may) setImmediate(() => reached('while the reply is awaited'))
            return may
          },
        }),
      )
    },
  }
}
