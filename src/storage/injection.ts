/** Failures on purpose, raised inside the real code paths: for tests that make the n-th call fail and then check what is left. */

/** `after-commit` is the commit that took place and whose report was lost; `read` is a statement of a read. */
export type InjectionOp = 'begin' | 'statement' | 'commit' | 'after-commit' | 'read'
/** `n` counts the points of this `op` on this connection's thread, from 1. */
export type InjectionPoint = { readonly op: InjectionOp; readonly n: number; readonly sql?: string }

/** As data, because a function cannot enter the writer thread. */
export type InjectionPlan = {
  readonly op: InjectionOp
  /** The first point that fails, counted from 1 among those that match. */
  readonly n: number
  /** How many points in a row fail; 1 where omitted. */
  readonly times?: number
  /** Only statements whose text contains this are counted. */
  readonly sqlContains?: string
  /** SQLite's extended result code to fail with, e.g. 1034 for a failed fsync. */
  readonly errcode?: number
  /** `kill` ends the process as kill -9 does; `throw` where omitted. */
  readonly act?: 'throw' | 'kill'
}
/** A function throws to inject; it works in the calling thread only. */
export type Injection = InjectionPlan | ((point: InjectionPoint) => void)
/** What the engine calls at each point. */
export type Inject = (op: InjectionOp, sql?: string) => void

export class InjectedFailure extends Error {
  readonly errcode?: number
  constructor(point: InjectionPoint, errcode: number | undefined) {
    super(`injected failure at ${point.op} ${point.n}${point.sql === undefined ? '' : `: ${point.sql}`}`)
    this.name = 'InjectedFailure'
    if (errcode !== undefined) this.errcode = errcode
  }
}

export function injectorOf(injection: Injection | undefined): Inject | undefined {
  if (injection === undefined) return undefined
  const judge = typeof injection === 'function' ? injection : followPlan(injection)
  const counts = new Map<InjectionOp, number>()
  return (op, sql) => {
    const n = (counts.get(op) ?? 0) + 1
    counts.set(op, n)
    judge(sql === undefined ? { op, n } : { op, n, sql })
  }
}

function followPlan(plan: InjectionPlan): (point: InjectionPoint) => void {
  let seen = 0
  return (point) => {
    if (point.op !== plan.op || !(point.sql ?? '').includes(plan.sqlContains ?? '')) return
    seen += 1
    if (seen < plan.n || seen >= plan.n + (plan.times ?? 1)) return
    if (plan.act === 'kill') process.kill(process.pid, 'SIGKILL')
    throw new InjectedFailure(point, plan.errcode)
  }
}
