import { canonicalContentType } from '../domain/content-types.ts'
import type { UploadSession } from '../domain/entities.ts'
import { requireCapability } from '../kernel/require-capability.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { errorFields } from '../ports/logger.ts'
import { type PartPlan, planParts } from './direct/part-plan.ts'
import { insertAlone } from './insert-upload.ts'
import { type InitiateOptions, planUpload } from './plan-upload.ts'

/** Options of {@link initiateMultipartUpload}. */
export type InitiateMultipartOptions = Omit<InitiateOptions, 'byteSize' | 'tx'> & { readonly byteSize: number }

/** A multipart upload that has begun. */
export interface MultipartUpload extends PartPlan {
  readonly session: UploadSession
}

/**
 * Begins an upload by one PUT: a `staged` asset and an `initialized` session, in one transaction. Judges the client's
 * declaration now: `upload_rejected` for a size, type or extension that the profile does not accept.
 */
export async function initiateUpload(
  runtime: Runtime,
  profileName: string,
  options: InitiateOptions,
): Promise<UploadSession> {
  const planned = planUpload(runtime, profileName, options, 'presigned_put')
  requireCapability(planned.storage, 'presigned_put', 'upload')
  return insertAlone(runtime, options.tx, planned, options)
}

/**
 * Begins an upload in parts, for files of any size up to 5 TiB. Opens the store's upload first, outside of any
 * transaction, then writes asset and session. When that fails, it aborts the store's upload.
 */
export async function initiateMultipartUpload(
  runtime: Runtime,
  profileName: string,
  options: InitiateMultipartOptions,
): Promise<MultipartUpload> {
  const parts = planParts(options.byteSize)
  const planned = planUpload(runtime, profileName, options, 'multipart')
  requireCapability(planned.storage, 'multipart_upload', 'upload')
  const contentType = canonicalContentType(options.contentType ?? '')
  const { multipart } = planned.storage
  const { uploadId } = await multipart.create(planned.uploadKey, { contentType })
  try {
    const session = await insertAlone(runtime, undefined, { ...planned, multipartUploadId: uploadId }, options)
    return { session, ...parts }
  } catch (error) {
    await multipart.abort(planned.uploadKey, uploadId).catch((abortError: unknown) => {
      runtime.logger.warn(errorFields(abortError), 'A multipart upload without a session could not be aborted.')
    })
    throw error
  }
}
