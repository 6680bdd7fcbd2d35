/** A text that prints as `[secret]` everywhere; `expose()` is the one way out, and greppable. */
const inspect = Symbol.for('nodejs.util.inspect.custom')

export class Secret {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  expose(): string {
    return this.#text
  }
  toString(): string {
    return '[secret]'
  }
  toJSON(): string {
    return '[secret]'
  }
  [inspect](): string {
    return '[secret]'
  }
}

export const secret = (text: string): Secret => new Secret(text)
