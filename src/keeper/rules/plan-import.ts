/** What becomes of each entry of an exported vault, where there may be one of that name already. A token that was saved before a rotation is spent: it never takes
 *  the place of a newer one, and nobody sends it (L-48). */
import type { ExportedApp, ExportedConnection } from './export-lines.ts'

export type ImportTerms = {
  /** What is there and differs gives way. */
  readonly replace: boolean
  /** Whoever exported has stopped before it, and exchanges nothing any more. */
  readonly exporterStopped: boolean
}

export type Refused = { readonly kind: 'refused'; readonly why: string; readonly next: string }

export type AppPlan = { readonly kind: 'create' | 'replace' | 'same' } | Refused

/** `there`: the app of that name here, with its secret. */
export function planApp(
  app: ExportedApp,
  there: ExportedApp | undefined,
  { replace }: Pick<ImportTerms, 'replace'>,
): AppPlan {
  if (there === undefined) return { kind: 'create' }
  if (isOtherClient(app, there))
    return {
      kind: 'refused',
      why: `the app ${app.name} here is another client (${there.clientId} at ${there.loginUrl}), whose tokens are no other's`,
      next: 'Import into a vault of its own, or under another tenant.',
    }
  const differs = (['redirectUri', 'scopes', 'authentication', 'secret'] as const).filter(
    (name) => app[name] !== there[name],
  )
  if (differs.length === 0) return { kind: 'same' }
  if (replace) return { kind: 'replace' }
  return {
    kind: 'refused',
    why: `the app ${app.name} here has another ${differs.join(' and ')}; it stays as it is`,
    next: 'If the one of the export is right, import with --replace.',
  }
}

const isOtherClient = (a: ExportedApp, b: ExportedApp): boolean =>
  a.clientId !== b.clientId || a.loginUrl !== b.loginUrl

/** The connection that is here. */
export type There = {
  readonly generation: number
  readonly createdAt: number
  readonly handedOver: boolean
  /** Whether its refresh token is the one of the export. */
  readonly sameToken: boolean
}

export type ConnectionPlan =
  /** `generation`: under which it is stored; higher than any that this vault has had under the name. `ask`: the org, before the token is sent. */
  | { readonly kind: 'create' | 'replace'; readonly generation: number; readonly ask: boolean }
  | { readonly kind: 'same' }
  | Refused

/** `app`: the client that it belongs to here, after the apps were imported; undefined where there is none. `exported`: the one that it belongs to in the export. */
export function planConnection(
  entry: ExportedConnection,
  here: {
    readonly there: There | undefined
    readonly app: ExportedApp | undefined
    readonly exported: ExportedApp | undefined
  },
  terms: ImportTerms,
): ConnectionPlan {
  const { there, app, exported } = here
  if (app === undefined) return no(`there is no app ${entry.app}`, 'Import the app as well, or save it first.')
  if (exported !== undefined && isOtherClient(app, exported))
    return no(
      `the app ${entry.app} here is another client, and its tokens are no other's`,
      'Import into a vault of its own.',
    )
  const ask = !entry.handedOver && !terms.exporterStopped && entry.state !== 'reauthorization-required'
  if (there === undefined) return { kind: 'create', generation: entry.generation, ask }
  if (there.sameToken) return planSame(entry, there)
  const sameOne = there.createdAt === entry.createdAt
  if (sameOne && there.generation > entry.generation) return older(entry, there)
  // it went from here, was used there, and comes back
  const comesBack = sameOne && there.handedOver && entry.generation > there.generation
  if (comesBack) return { kind: 'replace', generation: entry.generation, ask }
  if (terms.replace) return { kind: 'replace', generation: Math.max(there.generation + 1, entry.generation), ask }
  return sameOne ? usedTwice(entry, there) : another(entry, there)
}

const no = (why: string, next: string): Refused => ({ kind: 'refused', why, next })

const planSame = ({ id }: ExportedConnection, { handedOver }: There): ConnectionPlan =>
  handedOver
    ? no(
        `${id} was handed over from here, and this is the token that it had then`,
        `Where no other keeper has used it: sallyport keeper take-back ${id}`,
      )
    : { kind: 'same' }

const older = ({ id, generation }: ExportedConnection, there: There): Refused =>
  no(
    `${id} is at generation ${there.generation} here and at ${generation} in the export, which was made before a rotation: its token is spent, and sending it would revoke the newer one (L-48)`,
    there.handedOver
      ? 'Export once more from the keeper that has used it last.'
      : 'Nothing is to be done: what is here is newer.',
  )

const usedTwice = ({ id, generation }: ExportedConnection, there: There): Refused =>
  no(
    there.generation === generation
      ? `${id} has another token here, at the same generation ${generation}: two vaults have been used`
      : `${id} is at generation ${generation} in the export and at ${there.generation} here: another keeper has used it since`,
    'Stop the other keeper; then import with --replace if the token of the export is the one that works.',
  )

const another = ({ id }: ExportedConnection, there: There): Refused =>
  no(
    `there is another connection ${id} here, at generation ${there.generation}`,
    'Import with --replace to put the one of the export in its place; the family that is here is not revoked by it.',
  )
