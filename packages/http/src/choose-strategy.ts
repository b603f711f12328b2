import type { AskedStrategy } from '@rindle/client'
import type { StorageCapability } from '@rindle/core'

// Up to this size one request is quickest; above it, a lost connection should cost one part and not the whole file.
const MAX_PUT_BYTES = 16 * 1024 * 1024

/**
 * Chooses how the bytes of an upload travel. A requested strategy is returned as it is (the storage may still refuse
 * it); `auto` is one PUT up to 16 MiB; above that, parts where the storage takes them, else tus where it is served,
 * else one PUT. Pure.
 */
export function chooseStrategy(
  asked: AskedStrategy,
  byteSize: number,
  capabilities: ReadonlySet<StorageCapability>,
  servesTus: boolean,
): Exclude<AskedStrategy, 'auto'> {
  if (asked !== 'auto') return asked
  if (byteSize <= MAX_PUT_BYTES && capabilities.has('presigned_put')) return 'presigned_put'
  if (capabilities.has('multipart_upload')) return 'multipart'
  return servesTus && capabilities.has('tus_upload') ? 'resumable' : 'presigned_put'
}
