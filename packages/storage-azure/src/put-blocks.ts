import { createHash, randomBytes } from 'node:crypto'
import { isRindleError, RindleError, type StoredObject } from '@rindle/core'
import { type BodyPart, companionKey, type PutOptions, shareWork } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import { type AzureContainer, blobOf } from './azure-container.ts'
import { MAX_BLOCKS, newBlockNames, stageBlock } from './blocks.ts'
import { copyObject } from './copy-object.ts'
import { deleteObject } from './delete-objects.ts'
import { settingsOf } from './stored-object.ts'

// One is filled while two are sent: with more, the memory of a put grows faster than its speed.
const BLOCKS_AT_ONCE = 3

/** The state of one put. */
export interface Put {
  readonly container: AzureContainer
  readonly key: string
  readonly options: PutOptions
}

/**
 * Writes a body in blocks, under a companion key of its own, and copies the result inside the service: blocks under the
 * key itself would be dropped by any other write of it. Returns the object once it is under the key.
 */
export async function putBlocks(
  put: Put,
  parts: AsyncIterator<BodyPart, void>,
): Promise<Omit<StoredObject, 'contentType'>> {
  const { container, key, options } = put
  const companion = companionKey(key, `put-${randomBytes(8).toString('hex')}`)
  let isCommitted = false
  try {
    await writeCompanion(put, companion, parts)
    isCommitted = true
    const { contentType: _type, ...stored } = await copyObject(container, companion, key, signalOf(options.signal))
    return stored
  } finally {
    await discard(container, companion, isCommitted)
  }
}

async function writeCompanion(put: Put, companion: string, parts: AsyncIterator<BodyPart, void>): Promise<void> {
  const { container, key, options } = put
  const cancel = new AbortController()
  const signal = options.signal === undefined ? cancel.signal : AbortSignal.any([options.signal, cancel.signal])
  const blob = blobOf(container, companion)
  const names = newBlockNames()
  const hash = createHash('sha256')
  const call = { operation: 'put', key }
  let count = 0
  const send = async ({ partNumber, bytes }: BodyPart): Promise<void> => {
    assertBlockNumber(key, partNumber)
    count = Math.max(count, partNumber)
    await attempt(container, call, signal, (abortSignal) =>
      stageBlock(blob, names.nameOf(partNumber), bytes, abortSignal),
    )
  }
  await shareWork(hashed(parts, hash), { atOnce: BLOCKS_AT_ONCE, cancel, work: send })
  const ids = Array.from({ length: count }, (_, index) => names.nameOf(index + 1))
  await attempt(container, call, signal, (abortSignal) =>
    blob.commitBlockList(ids, { ...settingsOf(options, hash.digest('hex')), abortSignal }),
  )
}

/** The same parts, whose bytes went through the hash in their order. */
async function* hashed(
  parts: AsyncIterator<BodyPart, void>,
  hash: { update(bytes: Buffer): unknown },
): AsyncGenerator<BodyPart, void> {
  for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
    hash.update(next.value.bytes)
    yield next.value
  }
}

/** Removes the companion. Blocks that wait are dropped by a commit of none, whose blob can then be deleted. */
async function discard(container: AzureContainer, companion: string, isCommitted: boolean): Promise<void> {
  const call = { operation: 'put', key: companion }
  try {
    if (!isCommitted) {
      await attempt(container, call, undefined, (abortSignal) =>
        blobOf(container, companion).commitBlockList([], { abortSignal }),
      )
    }
    await deleteObject(container, companion, {})
  } catch (error) {
    // The caller must see the outcome of the put. What is left is no object, or one that the scan for orphans finds.
    if (!isRindleError(error)) throw error
  }
}

function assertBlockNumber(key: string, blockNumber: number): void {
  if (blockNumber <= MAX_BLOCKS) return
  const message = `The body for "${key}" has more than ${MAX_BLOCKS} blocks. Declare its byteSize, or raise blockBytes.`
  throw new RindleError('invalid_input', message, { details: { key } })
}

function signalOf(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
