/** The least store that oidc-provider accepts: it keeps everything in a Map, for ever.
 *  The adapter that the package ships walks all tokens of a grant on every save, those that it has evicted included, so it gets slower
 *  with each rotation; beside this one it shows how much of a figure is the adapter's and how much the server's. */

type Payload = { readonly grantId?: string; readonly uid?: string; readonly userCode?: string; consumed?: number }

export class MapAdapter {
  readonly #model: string
  static readonly #rows = new Map<string, Payload>()
  static readonly #keysOfGrant = new Map<string, string[]>()

  constructor(model: string) {
    this.#model = model
  }

  async upsert(id: string, payload: Payload): Promise<void> {
    const key = `${this.#model}:${id}`
    MapAdapter.#rows.set(key, payload)
    if (payload.grantId === undefined) return
    const keys = MapAdapter.#keysOfGrant.get(payload.grantId)
    if (keys === undefined) MapAdapter.#keysOfGrant.set(payload.grantId, [key])
    else keys.push(key)
  }

  async find(id: string): Promise<Payload | undefined> {
    return MapAdapter.#rows.get(`${this.#model}:${id}`)
  }

  async consume(id: string): Promise<void> {
    const row = MapAdapter.#rows.get(`${this.#model}:${id}`)
    if (row !== undefined) row.consumed = Math.floor(Date.now() / 1000)
  }

  async destroy(id: string): Promise<void> {
    MapAdapter.#rows.delete(`${this.#model}:${id}`)
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const key of MapAdapter.#keysOfGrant.get(grantId) ?? []) MapAdapter.#rows.delete(key)
    MapAdapter.#keysOfGrant.delete(grantId)
  }

  async findByUid(): Promise<undefined> {
    return undefined // sessions are not part of this measurement
  }

  async findByUserCode(): Promise<undefined> {
    return undefined // nor is the device flow
  }
}
