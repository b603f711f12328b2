import type { StorageCapability } from '@rindle/core'
import type { AskedStrategy } from './wire.ts'

// One request is quickest for what a fast line sends within seconds; above, a lost connection costs one part and not all.
const MAX_PUT_BYTES = 16 * 1024 * 1024

/**
 * How the bytes of an upload travel. What was asked for is taken at its word (the storage may still refuse it); `auto`
 * is one PUT up to 16 MiB and wherever the storage takes no parts, else parts. Pure.
 */
export function chooseStrategy(
  asked: AskedStrategy,
  byteSize: number,
  capabilities: ReadonlySet<StorageCapability>,
): Exclude<AskedStrategy, 'auto'> {
  if (asked !== 'auto') return asked
  const fitsOnePut = byteSize <= MAX_PUT_BYTES && capabilities.has('presigned_put')
  return fitsOnePut || !capabilities.has('multipart_upload') ? 'presigned_put' : 'multipart'
}
