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

/** Its timer runs only while a deadline is set, and holds no process open. */
export function openDeadlineWheel(options: {
  readonly monotonic: () => number
  /** Milliseconds; half of how late a deadline may pass. */
  readonly tick?: number
}): DeadlineWheel {
  const { monotonic, tick = 100 } = options
  const slots = Array.from({ length: slotCount }, emptySlot)
  const wheel: Wheel = { monotonic, tick, slots, now: 0, turned: 0, waiting: 0, timer: undefined, closed: false }
  return {
    now: () => (wheel.timer === undefined ? monotonic() : wheel.now),
    deadline: (passed) => ({ passed, at: 0, before: undefined, after: undefined }),
    set(deadline, ms) {
      if (wheel.closed) return
      if (wheel.timer === undefined) start(wheel)
      unlink(wheel, deadline)
      deadline.at = wheel.now + tick + ms // `now` may be one tick old
      link(wheel, deadline)
    },
    clear: (deadline) => unlink(wheel, deadline),
    close() {
      wheel.closed = true
      stop(wheel)
    },
  }
}

type Wheel = {
  readonly monotonic: () => number
  readonly tick: number
  /** Rings of deadlines; each begins with an entry that is no deadline. */
  readonly slots: readonly Deadline[]
  now: number
  /** Ticks that have been looked at, since time began. */
  turned: number
  /** Deadlines that are set. */
  waiting: number
  timer: NodeJS.Timeout | undefined
  closed: boolean
}

const slotCount = 1024 // a deadline further away than the wheel goes round is looked at once a turn

function turn(wheel: Wheel): void {
  wheel.now = wheel.monotonic()
  const until = Math.floor(wheel.now / wheel.tick)
  // a process that was stopped for longer than one turn has every slot looked at once
  for (let left = Math.min(until - wheel.turned, slotCount); left > 0; left -= 1) {
    wheel.turned = until - left + 1
    empty(wheel, slotOf(wheel, wheel.turned))
  }
  if (wheel.waiting === 0) stop(wheel)
}

function empty(wheel: Wheel, slot: Deadline): void {
  // what is set meanwhile never comes into the slot that is being emptied
  for (let each = slot.after; each !== undefined && each !== slot; each = slot.after) {
    unlink(wheel, each)
    if (each.at > wheel.now) link(wheel, each)
    else each.passed()
  }
}

function link(wheel: Wheel, deadline: Deadline): void {
  const due = Math.min(Math.ceil(deadline.at / wheel.tick), wheel.turned + slotCount - 1)
  const slot = slotOf(wheel, Math.max(due, wheel.turned + 1))
  deadline.before = slot.before
  deadline.after = slot
  if (slot.before !== undefined) slot.before.after = deadline
  slot.before = deadline
  wheel.waiting += 1
}

function unlink(wheel: Wheel, deadline: Deadline): void {
  if (deadline.before === undefined || deadline.after === undefined) return
  deadline.before.after = deadline.after
  deadline.after.before = deadline.before
  deadline.before = undefined
  deadline.after = undefined
  wheel.waiting -= 1
}

function start(wheel: Wheel): void {
  wheel.now = wheel.monotonic()
  wheel.turned = Math.floor(wheel.now / wheel.tick)
  wheel.timer = setInterval(turn, wheel.tick, wheel).unref()
}

function stop(wheel: Wheel): void {
  clearInterval(wheel.timer)
  wheel.timer = undefined
}

function emptySlot(): Deadline {
  const slot: Deadline = { passed: () => undefined, at: 0, before: undefined, after: undefined }
  slot.before = slot
  slot.after = slot
  return slot
}

function slotOf({ slots }: Wheel, turned: number): Deadline {
  const slot = slots[turned % slotCount]
  if (slot === undefined) throw new Error(`the wheel has no slot ${turned}`)
  return slot
}
