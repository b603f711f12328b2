import type { StorageAdapter } from '../ports/storage.ts'
import type { OpenSession } from './sessions.ts'

/** The fields of a session that tell what its storage holds besides the object. */
export type RemoteParts = Pick<OpenSession, 'multipartUploadId' | 'resumable'> & { readonly uploadKey: string }

/** Removes the parts and pieces that an upload left in its storage; `false` when uploads of its kind leave none. */
export async function giveUpParts(
  storage: StorageAdapter,
  { uploadKey, multipartUploadId, resumable }: RemoteParts,
): Promise<boolean> {
  if (resumable !== null) await storage.resumable.abort(uploadKey, resumable)
  else if (multipartUploadId !== null) await storage.multipart.abort(uploadKey, multipartUploadId)
  return resumable !== null || multipartUploadId !== null
}
