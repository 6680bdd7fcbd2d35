/** Errors between threads: structured clone drops the fields that SQLite adds and the subclasses of ours. */
import { StorageFault, type StorageFaultCode } from '../storage.ts'

export type CarriedError = {
  readonly name: string
  readonly message: string
  readonly stack?: string | undefined
  readonly code?: string
  readonly errcode?: number
  readonly fault?: { readonly code: StorageFaultCode; readonly next: readonly string[] }
}

export function packError(cause: unknown): CarriedError {
  if (!(cause instanceof Error)) return { name: 'Error', message: String(cause) }
  const { name, message, stack } = cause
  return {
    ...{ name, message, stack },
    ...('code' in cause && typeof cause.code === 'string' ? { code: cause.code } : {}),
    ...('errcode' in cause && typeof cause.errcode === 'number' ? { errcode: cause.errcode } : {}),
    ...(cause instanceof StorageFault ? { fault: { code: cause.code, next: cause.next } } : {}),
  }
}

export function unpackError(carried: CarriedError): Error {
  const { fault, message, name, stack, code, errcode } = carried
  if (fault !== undefined) return new StorageFault(fault.code, message, fault.next)
  const error = new Error(message)
  error.name = name
  if (stack !== undefined) error.stack = stack
  return Object.assign(error, code === undefined ? {} : { code }, errcode === undefined ? {} : { errcode })
}
