import type { WireUpload } from '@rindle/client'
import type { UploadSession } from '@rindle/core'
import { planParts } from '@rindle/core/adapter'

/** The part of an upload that its client may know: no key, no id of the storage. Pure. */
export function uploadView(
  session: UploadSession,
  extra: Pick<WireUpload, 'request' | 'parts' | 'tusUrl'> = {},
): WireUpload {
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

function planOf({ uploadStrategy, uploadLength }: UploadSession): Pick<WireUpload, 'partBytes' | 'partCount'> {
  if (uploadStrategy !== 'multipart' || uploadLength === null) return {}
  const { partSize, partCount } = planParts(uploadLength)
  return { partBytes: partSize, partCount }
}
