import type { DiagnosisContext, Finding } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import type { AzureContainer } from './azure-container.ts'

/** Checks the settings of the container and of the account that Rindle depends on. */
export async function* diagnose(container: AzureContainer, { signal }: DiagnosisContext): AsyncGenerator<Finding> {
  const { client, service, config } = container
  const call = { operation: 'diagnose' }
  const { blobPublicAccess } = await attempt(container, call, signal, (abortSignal) =>
    client.getProperties({ abortSignal }),
  )
  yield publicAccessFinding(blobPublicAccess, config.publicBaseUrl !== undefined)
  const { deleteRetentionPolicy } = await attempt(container, call, signal, (abortSignal) =>
    service.getProperties({ abortSignal }),
  )
  yield softDeleteFinding(deleteRetentionPolicy)
}

/** Judges who may read the container without a signature. Pure. */
function publicAccessFinding(access: string | undefined, isPublic: boolean): Finding {
  const id = 'storage.public_access'
  if (access === undefined) return { id, status: 'ok', summary: 'the container cannot be read without a signature' }
  if (isPublic) return { id, status: 'ok', summary: `anyone can read the container (${access}), as publicBaseUrl says` }
  return {
    id,
    status: 'error',
    summary: `anyone who knows a key can read its object: the public access of the container is "${access}"`,
    fix: 'Set the public access level of the container to Private, or set publicBaseUrl if that is what you want.',
  }
}

/** Says how long deleted objects can be recovered. Pure. */
function softDeleteFinding(
  policy: { readonly enabled?: boolean | undefined; readonly days?: number | undefined } | undefined,
): Finding {
  const id = 'storage.soft_delete'
  if (policy?.enabled !== true) return { id, status: 'ok', summary: 'a deleted object is gone at once' }
  return {
    id,
    status: 'ok',
    summary: `deleted objects can be recovered for ${policy.days ?? 'some'} days: an erasure is complete only then`,
  }
}
