import type { StorageCapability } from '@rindle/core'
import type { AskedStrategy } from './wire.ts'

// One request is quickest for what a fast line sends within seconds; above, a lost connection costs one part and not all.
const MAX_PUT_BYTES = 16 * 1024 * 1024

/**
 * How the bytes of an upload travel. What was asked for is taken at its word (the storage may still refuse it); `auto`
 * is one PUT up to 16 MiB; above, parts straight to a storage that takes them, else tus where it is served, else one PUT
 * again. Pure.
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
