/** What an adapter has to remember beyond its process, where the world itself cannot be asked. No note holds a secret. */
export type Notes = {
  readonly read: (key: string) => Promise<string | undefined>
  /** Durable when it resolves. */
  readonly write: (key: string, value: string) => Promise<void>
}
