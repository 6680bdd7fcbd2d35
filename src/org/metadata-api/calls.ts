/** What the Metadata API answers: retrieve and deploy of one type, and how they are getting on. Loaded when somebody asks (decision 0010). */
import { childOf, textOf, type XmlElement } from '../../documents/xml.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { instant, isoText } from '../../values/time.ts'
import { useAccessToken } from '../flows/access-token/verify.ts'
import type { OrgParts } from '../parts.ts'
import { opensMetadataApi } from '../rules/access-token.ts'
import { changesMetadata } from '../rules/permissions.ts'
import { findPermissions } from '../store/permissions.ts'
import { findUserById } from '../store/users.ts'
import { applyDeploy, type Deployed, type DeployTerms, type Failure } from './deploy.ts'
import { openJobs, type Job, type Jobs } from './jobs.ts'
import { retrieve } from './retrieve.ts'
import { typeName } from './settings-file.ts'
import { readCall, writeAnswer, writeFault, type SoapFault, type SoapFields } from './soap.ts'

export type MetadataApi = {
  readonly answer: (body: string) => Promise<{ readonly status: number; readonly body: string }>
}

type Asker = { readonly userId: string; readonly username: string }
type Answer = Promise<Result<SoapFields, SoapFault>>

export function openMetadataApi(parts: OrgParts): MetadataApi {
  const jobs = openJobs(parts.random)
  return {
    async answer(body) {
      const call = readCall(body)
      if (!call.ok) return { status: 500, body: writeFault(call.fault) }
      const { name, parameters, sessionId } = call.value
      const asker = await askerOf(parts, sessionId)
      const answer = asker.ok ? await carryOut({ parts, jobs, asker: asker.value }, name, parameters) : asker
      if (!answer.ok) return { status: 500, body: writeFault(answer.fault) }
      return { status: 200, body: writeAnswer(name, answer.value) }
    },
  }
}

/** SF-73, SF-321: the same words for every session that opens nothing. */
async function askerOf(parts: OrgParts, sessionId: string | undefined): Promise<Result<Asker, SoapFault>> {
  const outcome = await useAccessToken(parts, sessionId)
  if (outcome.kind !== 'live' || !opensMetadataApi(outcome.session.scopes))
    return refused('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader: Illegal Session')
  const { userId } = outcome.session.row
  const { user, permissions } = await parts.storage.read(function* () {
    return { user: yield* findUserById(userId), permissions: yield* findPermissions(userId) }
  })
  if (!changesMetadata(permissions))
    return refused(
      'INSUFFICIENT_ACCESS',
      'use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions',
    )
  return ok({ userId, username: user?.username ?? userId })
}

const refused = (code: string, message: string): Result<never, SoapFault> => fault({ code, message })

type Place = { readonly parts: OrgParts; readonly jobs: Jobs; readonly asker: Asker }

async function carryOut(place: Place, name: string, parameters: XmlElement): Answer {
  switch (name) {
    case 'retrieve':
      return await startRetrieve(place, parameters)
    case 'checkRetrieveStatus':
      return statusOf(place, parameters, (job) => ({ ...job.result, done: true, id: job.id }))
    case 'deploy':
      return startDeploy(place, parameters)
    case 'checkDeployStatus':
      return statusOf(place, parameters, (job) => deployStatus(job, textOf(parameters, 'includeDetails') === 'true'))
    case 'cancelDeploy':
      return statusOf(place, parameters, cancel)
    default:
      return refused('INVALID_OPERATION', `This org answers no ${name.slice(0, 80)} of the Metadata API`)
  }
}

function statusOf(
  { jobs }: Place,
  parameters: XmlElement,
  view: (job: Job) => SoapFields,
): Result<SoapFields, SoapFault> {
  const [id = ''] = parameters.children.map(({ text }) => text.trim()) // it is the first of each of them, by whatever name
  const job = jobs.find(id)
  return job === undefined
    ? refused('INVALID_CROSS_REFERENCE_KEY', `no retrieve or deploy has the id ${id.slice(0, 18)}`)
    : ok(view(job))
}

const accepted = ({ id }: Job): Result<SoapFields, SoapFault> => ok({ done: false, id, state: 'Queued' })

async function startRetrieve({ parts, jobs }: Place, parameters: XmlElement): Answer {
  const result = await retrieve(parts, parameters) // it is done before anybody asks
  const job = jobs.add('09S', {})
  job.result = result
  return accepted(job)
}

function startDeploy({ parts, jobs, asker }: Place, parameters: XmlElement): Result<SoapFields, SoapFault> {
  const checkOnly = textOf(childOf(parameters, 'DeployOptions'), 'checkOnly') === 'true'
  const job = jobs.add('0Af', {
    ...{ checkOnly, createdBy: asker.userId, createdByName: asker.username, createdDate: now(parts) },
    ...{ ignoreWarnings: false, rollbackOnError: true, runTestsEnabled: false, numberComponentsTotal: 1 },
  })
  const terms = {
    ...{ zip: Buffer.from(textOf(parameters, 'ZipFile') ?? '', 'base64'), checkOnly, username: asker.username },
    isCancelled: () => job.isCancelled === true,
  }
  jobs.queue(async () => {
    const outcome = await outcomeOf(parts, terms)
    job.result = { ...outcome, completedDate: now(parts) }
  })
  return accepted(job)
}

const now = ({ clock }: OrgParts): string => isoText(instant(clock()))

/** Never rejects: the queue goes on after what went wrong here. */
async function outcomeOf(parts: OrgParts, terms: DeployTerms): Promise<SoapFields> {
  try {
    const deployed = await applyDeploy(parts, terms)
    if (!deployed.ok) return failure(deployed.fault)
    return deployed.value === 'cancelled' ? { status: 'Canceled', success: false } : success(deployed.value)
  } catch (cause) {
    parts.log.error('deploy-failed', { cause: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) })
    return {
      status: 'Failed',
      success: false,
      errorStatusCode: 'UNKNOWN_EXCEPTION',
      errorMessage: 'An unexpected error occurred',
    }
  }
}

const failure = ({ fileName, fullName, problem }: Failure): SoapFields => ({
  ...{ status: 'Failed', success: false, numberComponentErrors: 1, numberComponentsDeployed: 0 },
  details: {
    componentFailures: [
      { ...component(fileName, fullName), changed: false, problem, problemType: 'Error', success: false },
    ],
  },
})

const success = ({ fileName, fullName, changed }: Deployed): SoapFields => ({
  ...{ status: 'Succeeded', success: true, numberComponentErrors: 0, numberComponentsDeployed: 1 },
  details: { componentSuccesses: [{ ...component(fileName, fullName), changed, success: true }] },
})

const component = (fileName: string, fullName: string): SoapFields => ({
  ...{ componentType: fileName === 'package.xml' ? '' : typeName, created: false, deleted: false, fileName, fullName },
})

function deployStatus({ id, about, result, isCancelled }: Job, includeDetails: boolean): SoapFields {
  const underWay: SoapFields = { status: isCancelled === true ? 'Canceling' : 'InProgress', success: false }
  const { details, ...rest }: SoapFields = result ?? underWay
  return { ...about, ...rest, id, done: result !== undefined, details: includeDetails ? details : undefined }
}

/** One that is under way stops where it has not begun to save; one that is done stays what it is. */
function cancel(job: Job): SoapFields {
  if (job.result === undefined) job.isCancelled = true
  return { done: job.result !== undefined, id: job.id }
}
