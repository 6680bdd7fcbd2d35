/** One timer for every deadline of the gateway: setting one, or moving it, allocates nothing and asks no clock. */

/** Made by `DeadlineWheel.deadline`, by whom alone its fields are written. */
export type Deadline = {
  readonly passed: () => void
  /** Milliseconds of the wheel; meaningless while it is not set. */
  at: number
  before: Deadline | undefined
  after: Deadline | undefined
}

export type DeadlineWheel = {
  /** Milliseconds that never go back, as of the last tick while a deadline is set: cheap enough to be read for every piece of data. */
  readonly now: () => number
  /** Not set yet. `passed` is called once for each time that it is set and neither moved nor cleared. */
  readonly deadline: (passed: () => void) => Deadline
  /** Sets it, or moves it. It passes after `ms`, never before, and at most two ticks later. */
  readonly set: (deadline: Deadline, ms: number) => void
  /** Nothing happens if it is not set. */
  readonly clear: (deadline: Deadline) => void
  /** Stops the timer; no deadline passes any more. */
  readonly close: () => void
}

const slotCount = 1024 // a deadline further away than the wheel goes round is looked at once a turn

/** Its timer runs only while a deadline is set, and holds no process open. */
export function openDeadlineWheel(options: {
  readonly monotonic: () => number
  /** Milliseconds; how late a deadline may pass. */
  readonly tick?: number
}): DeadlineWheel {
  const { monotonic, tick = 100 } = options
  const slots = Array.from({ length: slotCount }, emptySlot)
  let now = monotonic()
  let turned = Math.floor(now / tick)
  let waiting = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const unlink = (deadline: Deadline): void => {
    if (deadline.before === undefined || deadline.after === undefined) return
    deadline.before.after = deadline.after
    deadline.after.before = deadline.before
    deadline.before = undefined
    deadline.after = undefined
    waiting -= 1
  }
  const link = (deadline: Deadline): void => {
    const due = Math.min(Math.ceil(deadline.at / tick), turned + slotCount - 1)
    const slot = slotOf(slots, Math.max(due, turned + 1))
    deadline.before = slot.before
    deadline.after = slot
    if (slot.before !== undefined) slot.before.after = deadline
    slot.before = deadline
    waiting += 1
  }
  const turn = (): void => {
    now = monotonic()
    const until = Math.floor(now / tick)
    // a process that was stopped for longer than one turn has every slot looked at once
    for (let left = Math.min(until - turned, slotCount); left > 0; left -= 1) {
      turned = until - left + 1
      empty(slotOf(slots, turned))
    }
    if (waiting === 0) stop()
  }
  const empty = (slot: Deadline): void => {
    // what is set meanwhile never comes into the slot that is being emptied
    for (let each = slot.after; each !== undefined && each !== slot; each = slot.after) {
      unlink(each)
      if (each.at > now) link(each)
      else each.passed()
    }
  }
  const start = (): void => {
    now = monotonic()
    turned = Math.floor(now / tick)
    timer = setInterval(turn, tick).unref()
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
  }

  return {
    now: () => (timer === undefined ? monotonic() : now),
    deadline: (passed) => ({ passed, at: 0, before: undefined, after: undefined }),
    set(deadline, ms) {
      if (closed) return
      if (timer === undefined) start()
      unlink(deadline)
      deadline.at = now + tick + ms // `now` may be one tick old
      link(deadline)
    },
    clear: unlink,
    close() {
      closed = true
      stop()
    },
  }
}

function emptySlot(): Deadline {
  const slot: Deadline = { passed: () => undefined, at: 0, before: undefined, after: undefined }
  slot.before = slot
  slot.after = slot
  return slot
}

function slotOf(slots: readonly Deadline[], turn: number): Deadline {
  const slot = slots[turn % slotCount]
  if (slot === undefined) throw new Error(`the wheel has no slot ${turn}`)
  return slot
}
