import { isRindleError, type StoredObject } from '@rindle/core'
import { type CopyOptions, etagDiffers, shareWork } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import { type AzureContainer, blobOf, nameOf } from './azure-container.ts'
import { newBlockNames } from './blocks.ts'
import { headObject, readProperties } from './head-object.ts'
import { sourceUrl } from './sign-get.ts'
import { type BlobProperties, describeObject, objectMissing, quoteEtag, readEtag, settingsOf } from './stored-object.ts'

const MEBIBYTE = 1024 * 1024
// The most that the service copies in one request.
const MAX_COPY_BYTES = 256 * MEBIBYTE
const RANGE_BYTES = 128 * MEBIBYTE
const RANGES_AT_ONCE = 4
const COMMITS = 3

/** The state of one copy. */
interface Copy {
  readonly container: AzureContainer
  readonly from: string
  readonly to: string
  readonly source: StoredObject
  readonly properties: BlobProperties
  readonly contentType: string
  readonly signal: AbortSignal | undefined
}

type Copied = Pick<StoredObject, 'etag' | 'lastModified'>

/**
 * Copies inside the service: by one request, or in blocks if the object is too large for that or gets another type. The
 * copy appears whole or not at all, with the metadata of its source.
 */
export async function copyObject(
  container: AzureContainer,
  from: string,
  to: string,
  { ifMatch, contentType, signal }: CopyOptions,
): Promise<StoredObject> {
  nameOf(container, to)
  const properties = await readProperties(container, from, signal)
  if (properties === undefined) throw objectMissing(from)
  const source = describeObject(from, properties)
  if (ifMatch !== undefined && source.etag !== ifMatch) throw etagDiffers(from)
  const copy = { container, from, to, source, properties, contentType: contentType ?? source.contentType, signal }
  try {
    const isPlain = source.byteSize <= MAX_COPY_BYTES && copy.contentType === source.contentType
    const copied = await (isPlain ? copyWhole(copy) : copyBlocks(copy, COMMITS))
    return { ...source, contentType: copy.contentType, ...copied }
  } catch (error) {
    // A caller that named no etag may simply try again.
    if (isRindleError(error, 'storage_precondition_failed')) throw etagDiffers(from, ifMatch === undefined)
    throw error
  }
}

async function copyWhole({ container, from, to, source, signal }: Copy): Promise<Copied> {
  const { etag, lastModified = new Date() } = await attempt(
    container,
    { operation: 'copy', key: from },
    signal,
    (abortSignal) =>
      blobOf(container, to).syncCopyFromURL(sourceUrl(container, from), {
        abortSignal,
        sourceConditions: { ifMatch: quoteEtag(source.etag) },
      }),
  )
  return { etag: readEtag(to, etag), lastModified }
}

/**
 * Copies in blocks. The client cannot bind a block to the etag of its source, but an etag is the number of a version: a
 * source that has the same one before and after was the same in between.
 */
async function copyBlocks(copy: Copy, commits: number): Promise<Copied> {
  const { container, from, to, properties, contentType, signal } = copy
  const ids = await stageRanges(copy)
  await assertSourceStays(copy)
  const { cacheControl, contentDisposition, metadata } = properties
  const headers = {
    contentType,
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(contentDisposition === undefined ? {} : { contentDisposition }),
  }
  try {
    const { etag, lastModified = new Date() } = await attempt(
      container,
      { operation: 'copy', key: from },
      signal,
      (abortSignal) =>
        blobOf(container, to).commitBlockList(ids, { ...settingsOf(headers, undefined, metadata), abortSignal }),
    )
    return { etag: readEtag(to, etag), lastModified }
  } catch (error) {
    const isOvertaken = isRindleError(error) && error.details.storeCode === 'InvalidBlockList'
    if (!isOvertaken || commits <= 1) throw error
    return copyBlocks(copy, commits - 1)
  }
}

/** Stages the source as blocks of the target. Returns their names in order. */
async function stageRanges({ container, from, to, source, signal }: Copy): Promise<string[]> {
  const cancel = new AbortController()
  const names = newBlockNames()
  const target = blobOf(container, to)
  const url = sourceUrl(container, from)
  const stage = async ({ blockNumber, start, byteSize }: CopyRange): Promise<void> => {
    await attempt(
      container,
      { operation: 'copy', key: from },
      signal === undefined ? cancel.signal : AbortSignal.any([signal, cancel.signal]),
      (abortSignal) => target.stageBlockFromURL(names.nameOf(blockNumber), url, start, byteSize, { abortSignal }),
    )
  }
  const ranges = [...copyRanges(source.byteSize)]
  await shareWork(ranges.values(), { atOnce: RANGES_AT_ONCE, cancel, work: stage })
  return ranges.map(({ blockNumber }) => names.nameOf(blockNumber))
}

interface CopyRange {
  readonly blockNumber: number
  readonly start: number
  readonly byteSize: number
}

function* copyRanges(byteSize: number): Generator<CopyRange, void> {
  for (let start = 0, blockNumber = 1; start < byteSize; start += RANGE_BYTES, blockNumber += 1) {
    yield { blockNumber, start, byteSize: Math.min(RANGE_BYTES, byteSize - start) }
  }
}

async function assertSourceStays({ container, from, source, signal }: Copy): Promise<void> {
  const now = await headObject(container, from, signal)
  if (now === undefined) throw objectMissing(from)
  if (now.etag !== source.etag) throw etagDiffers(from)
}
