/** A text that prints as `[secret]` everywhere; `expose()` is the one way out, and greppable. */

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
}

// console.log and util.inspect ask for this name; as a computed member of the class it could not be declared in isolation.
Object.defineProperty(Secret.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: () => '[secret]' })

export const secret = (text: string): Secret => new Secret(text)
