/** Whoever looks after the end, or while the last look is under way, sees what that one saw: its store may be closed already. */
export function lastLook<T>(view: () => Promise<T>): {
  readonly look: () => Promise<T>
  readonly end: () => Promise<void>
} {
  let under: Promise<unknown> = Promise.resolve()
  let last: Promise<T> | undefined
  return {
    async look() {
      if (last !== undefined) return await last
      const looked = view()
      under = Promise.allSettled([under, looked]).then(() => undefined)
      return await looked
    },
    async end() {
      last = view()
      await Promise.allSettled([under, last])
    },
  }
}
