import type { StorageAdapter } from '../ports/storage.ts'
import type { OpenSession } from './sessions.ts'

/** What of a session says what its storage holds of it besides the object. */
export type RemoteParts = Pick<OpenSession, 'multipartUploadId' | 'resumable'> & { readonly uploadKey: string }

/** Removes the parts and pieces that an upload has left in its storage; `false` when its kind leaves none. */
export async function giveUpParts(
  storage: StorageAdapter,
  { uploadKey, multipartUploadId, resumable }: RemoteParts,
): Promise<boolean> {
  if (resumable !== null) await storage.resumable.abort(uploadKey, resumable)
  else if (multipartUploadId !== null) await storage.multipart.abort(uploadKey, multipartUploadId)
  return resumable !== null || multipartUploadId !== null
}
