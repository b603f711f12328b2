import type { UploadSession } from '@rindle/core'
import { planParts } from '@rindle/core/adapter'
import type { Upload } from './wire.ts'

/** The part of an upload that its client may know: no key, no id of the storage. Pure. */
export function uploadView(session: UploadSession, extra: Pick<Upload, 'request' | 'parts' | 'tusUrl'> = {}): Upload {
  return {
    id: session.id,
    assetId: session.assetId,
    state: session.state,
    strategy: session.uploadStrategy,
    byteSize: session.uploadLength,
    expiresAt: session.expiresAt?.toISOString() ?? null,
    ...planOf(session),
    ...extra,
  }
}

function planOf({ uploadStrategy, uploadLength }: UploadSession): Pick<Upload, 'partBytes' | 'partCount'> {
  if (uploadStrategy !== 'multipart' || uploadLength === null) return {}
  const { partSize, partCount } = planParts(uploadLength)
  return { partBytes: partSize, partCount }
}
