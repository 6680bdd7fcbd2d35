/** A system's storage on SQLite: one file, one owner or several (P-14), one writer at a time, reads beside it. */
import { clockOf } from '../clock.ts'
import { injectorOf } from '../injection.ts'
import type { OpenOptions, Sharing } from '../options.ts'
import type { Program } from '../program.ts'
import type { InputOf, Migration, OutputOf, Storage, WriteResult, Writes, WriteTerms } from '../storage.ts'
import { backUp } from './backup.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { openingFault } from './errors.ts'
import { prepareFile, prepareFolder } from './folder.ts'
import { migrate } from './migrate.ts'
import { takeOwnerLock } from './owner-lock.ts'
import { SameConnectionReader, SharingReader, SnapshotReader, type Reader } from './reader.ts'
import { openAndMigrateTogether, openWriterConnection, usualLockedMs, whenFree } from './sharing.ts'
import { startThreadWriter } from './thread-writer.ts'
import { WriteQueue } from './write-queue.ts'
import { openInlineWriter, type Writer } from './writer.ts'

/** What one storage is made of. */
type Parts = {
  readonly writer: Writer
  readonly reader: Reader
  readonly backup: (toPath: string) => Promise<void>
  readonly release: () => void
}

const mostInBatch = 256
const mostWaiting = 10_000

/** For tests and demonstrations: everything is in this thread and gone at the close. */
export async function openInMemory<W extends Writes>(options: OpenOptions<W>): Promise<Storage<W>> {
  const connection = new Connection({
    file: ':memory:',
    maxPages: options.maxPages,
    inject: injectorOf(options.inject),
    now: clockOf(options.clock),
  })
  try {
    migrate(connection.database, options.migrations, 'the database in memory')
  } catch (cause) {
    connection.close()
    throw cause
  }
  const writer = openInlineWriter({
    ...{ connection, writes: options.writes, open: cannotReopen, reopens: false },
    sharing: 'one-process',
  })
  const backup = (toPath: string): Promise<void> => backUp(connection.database, toPath)
  return new SqliteStorage(options, { writer, reader: new SameConnectionReader(connection), backup, release: () => {} })
}

function cannotReopen(): Connection {
  throw new Error('a database in memory cannot be opened again')
}

/** Rejects with a StorageFault; then nothing stays open or locked. */
export async function openInFolder<W extends Writes>(options: OpenOptions<W>, folder: string): Promise<Storage<W>> {
  const real = prepareFolder(folder)
  const { release } = sharingOf(options) === 'one-process' ? takeOwnerLock(real, options.system) : nothingToRelease
  let file = real
  try {
    file = prepareFile(real, options.system)
    const alarm: Alarm = { raise: () => {} }
    const storage = new SqliteStorage(options, { ...(await openFile(options, file, alarm)), release })
    alarm.raise = (cause) => storage.giveUp(cause)
    return storage
  } catch (cause) {
    release()
    throw openingFault(cause, file)
  }
}

const nothingToRelease = { release: (): void => {} }
const sharingOf = ({ sharing = 'one-process' }: Pick<OpenOptions<Writes>, 'sharing'>): Sharing => sharing

/** What the writer thread calls when it dies; the storage that must hear of it is made after the thread. */
type Alarm = { raise: (cause: Error) => void }

async function openFile<W extends Writes>(
  options: OpenOptions<W>,
  file: string,
  alarm: Alarm,
): Promise<Omit<Parts, 'release'>> {
  const sharing = sharingOf(options)
  const connecting = { file, sharing, maxPages: options.maxPages, ...bentBy(options) }
  const connection = await migrated(connecting, options.migrations)
  let writer: Writer | undefined
  try {
    if (options.writer === 'inline') writer = inlineWriter(connection, options, connecting)
    else writer = await replaceByThread(connection, options, { file, alarm })
    const reader = await openReader(connecting)
    return { writer, reader, backup: (toPath) => backUpFile(file, toPath) }
  } catch (cause) {
    connection.close()
    await writer?.close()
    throw cause
  }
}

type Connecting = ConnectionOptions & { readonly sharing: Sharing }

const bentBy = ({ inject, clock }: Pick<OpenOptions<Writes>, 'inject' | 'clock'>): Bent => ({
  inject: injectorOf(inject),
  now: clockOf(clock),
})
type Bent = Pick<ConnectionOptions, 'inject' | 'now'>

/** The write connection of this thread, over a schema that is up to date. */
async function migrated(connecting: Connecting, migrations: readonly Migration[]): Promise<Connection> {
  if (connecting.sharing === 'several-processes') return openAndMigrateTogether(connecting, migrations)
  const connection = new Connection(connecting)
  try {
    migrate(connection.database, migrations, connecting.file)
    return connection
  } catch (cause) {
    connection.close()
    throw cause
  }
}

function inlineWriter<W extends Writes>(
  connection: Connection,
  { writes }: OpenOptions<W>,
  connecting: Connecting,
): Writer {
  const open = (): Connection => openWriterConnection(connecting, 0)
  return openInlineWriter({ connection, writes, open, reopens: true, sharing: connecting.sharing })
}

async function openReader(connecting: Connecting): Promise<Reader> {
  if (connecting.sharing === 'one-process') return new SnapshotReader(new Connection({ ...connecting, readOnly: true }))
  const open = (): Connection => new Connection({ ...connecting, readOnly: true, lockWaitMs: 0 })
  return new SharingReader(await whenFree(open))
}

type ThreadPlace = { readonly file: string; readonly alarm: Alarm }

function replaceByThread<W extends Writes>(
  connection: Connection,
  options: OpenOptions<W>,
  { file, alarm }: ThreadPlace,
): Promise<Writer> {
  connection.close()
  const { maxPages, inject: injection, clock } = options
  if (typeof injection === 'function')
    throw new Error('a function cannot be injected into the writer thread; give a plan')
  if (typeof clock === 'function') throw new Error('a function cannot be the clock of the writer thread; give a cell')
  const about = { writesModule: String(options.writesModule), sharing: sharingOf(options) }
  return startThreadWriter({ ...about, file, maxPages, injection, clock }, (cause) => alarm.raise(cause))
}

/** On a connection of its own, so that reads do not wait for the copy. */
async function backUpFile(file: string, toPath: string): Promise<void> {
  const source = new Connection({ file, readOnly: true })
  try {
    await backUp(source.database, toPath)
  } finally {
    source.close()
  }
}

class SqliteStorage<W extends Writes> implements Storage<W> {
  readonly engine = 'sqlite'
  readonly #parts: Parts
  readonly #queue: WriteQueue
  readonly #shared: boolean
  readonly #lockedMs: number
  readonly #onFault: (cause: Error) => void
  readonly #backups = new Set<Promise<void>>()
  #faulty = false
  #closed: Promise<void> | undefined

  constructor({ onFault = throwLater, limits, sharing }: OpenOptions<W>, parts: Parts) {
    this.#parts = parts
    this.#shared = sharing === 'several-processes'
    this.#lockedMs = limits?.lockedMs ?? usualLockedMs
    this.#onFault = onFault
    this.#queue = new WriteQueue({
      writer: parts.writer,
      mostInBatch: limits?.batch ?? mostInBatch,
      shared: this.#shared,
      lockedMs: this.#lockedMs,
      mostWaiting: limits?.waiting ?? mostWaiting,
      onSettled: () => parts.reader.refresh(),
      onUnknown: (cause) => this.giveUp(cause),
    })
  }

  async read<T>(program: () => Program<T>): Promise<T> {
    if (this.#closed !== undefined) throw new Error('the storage is closed')
    if (!this.#shared) return this.#parts.reader.run(program())
    return whenFree(() => this.#parts.reader.run(program()), this.#lockedMs)
  }

  write<N extends keyof W & string>(
    name: N,
    input: InputOf<W, N>,
    terms?: WriteTerms,
  ): Promise<WriteResult<OutputOf<W, N>>> {
    // the queue carries any write's output; which one it is, only the name says
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return this.#queue.write(name, input, terms) as Promise<WriteResult<OutputOf<W, N>>>
  }

  backup(toPath: string): Promise<void> {
    const backup = this.#parts.backup(toPath)
    const tracked = backup.finally(() => this.#backups.delete(tracked))
    this.#backups.add(tracked)
    return tracked
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  giveUp(cause: Error): void {
    this.#queue.giveUp(cause)
    if (this.#faulty) return
    this.#faulty = true
    this.#onFault(cause)
  }

  async #close(): Promise<void> {
    await this.#queue.close()
    await Promise.allSettled(this.#backups)
    this.#parts.reader.close()
    this.#parts.release()
  }
}

/** Where nobody listens for it, a storage that gave up ends the process: going on would serve from a store that refuses every write. */
function throwLater(cause: Error): void {
  queueMicrotask(() => {
    throw cause
  })
}
