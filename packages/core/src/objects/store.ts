import { Readable } from 'node:stream'
import { contentTypeOfName, isContentType } from '../domain/content-types.ts'
import { RindleError } from '../domain/errors.ts'
import { uploadRejected } from '../domain/upload-rejected.ts'
import { profileOf, type Runtime, storageOf } from '../kernel/runtime.ts'
import { errorFields } from '../ports/logger.ts'
import type { PutOptions, StoredObject } from '../ports/storage.ts'
import { capped } from '../uploads/capped.ts'
import { assertDeclared } from '../uploads/plan-upload.ts'
import type { OpenedSource } from '../uploads/proxied/opened-source.ts'
import { openSource, type UploadSource } from '../uploads/proxied/upload-source.ts'
import { assertOwnKey, assertUnownedKey } from './own-key.ts'

/** Options of {@link store}. */
export interface StoreOptions extends Partial<Omit<PutOptions, 'contentType' | 'disposeChunks'>> {
  /** The type of the bytes; nothing checks it. @default the source's own type, else the type of the key's extension */
  readonly contentType?: string
  /** Refuses a longer source while it streams. @default the profile's `accept.maxBytes` */
  readonly maxBytes?: number
}

/** Options of {@link storeVariant}. */
export interface StoreVariantOptions extends StoreOptions {
  /** The asset that the file was made from. */
  readonly assetId: string
  /** The application's name for the file. */
  readonly variantName: string
}

// Characters that cannot end a header.
const HEADER_VALUE = /^[\x20-\x7e]+$/

/**
 * Streams the application's own file into the storage of a profile, under the application's own key, and replaces the
 * present object at once. Nothing checks the bytes: no gate, no scanner. `conflict` for a key of Rindle's or of a row,
 * `storage_key_invalid`, `upload_rejected` past `maxBytes`, `checksum_mismatch`; nothing is stored then. Safe to repeat
 * with the same bytes.
 */
export async function store(
  runtime: Runtime,
  profileName: string,
  key: string,
  source: UploadSource,
  options: StoreOptions = {},
): Promise<StoredObject> {
  const profile = profileOf(runtime, profileName)
  const storage = storageOf(runtime, profile.storage)
  const { maxBytes = profile.accept.maxBytes, contentType, ...rest } = options
  assertOptions({ ...options, maxBytes })
  assertOwnKey(runtime, key)
  const { body, disposeChunks, contentType: declared } = await openSource(source)
  // The iterator reports every error, even before its first step; without a listener an error would end the process.
  body.on('error', () => {})
  try {
    await assertUnownedKey(runtime, key)
    return await storage.put(key, Readable.from(capped(bytesOf(body), maxBytes, fileTooLarge)), {
      ...rest,
      contentType: contentType ?? typeOf(key, declared),
      disposeChunks,
    })
  } finally {
    body.destroy()
  }
}

/**
 * {@link store}, for a file that was made from an asset: a failure is logged with the asset and the file's name, and
 * reaches the caller. Rindle has no row for the file, and does not delete it with its asset.
 */
export async function storeVariant(
  runtime: Runtime,
  profileName: string,
  key: string,
  source: UploadSource,
  { assetId, variantName, ...options }: StoreVariantOptions,
): Promise<StoredObject> {
  const { storage } = profileOf(runtime, profileName)
  try {
    return await store(runtime, profileName, key, source, options)
  } catch (error) {
    const fields = { assetId, variantName, storage, ...errorFields(error) }
    runtime.logger.error(fields, 'A variant of the application could not be stored.')
    throw error
  }
}

/** A malformed type of a client counts as none. */
function typeOf(key: string, declared: OpenedSource['contentType']): string {
  return declared !== undefined && isContentType(declared) ? declared : contentTypeOfName(key)
}

async function* bytesOf(body: Readable): AsyncGenerator<Uint8Array> {
  for await (const chunk of body as AsyncIterable<unknown>) {
    // A stream in string mode gives text; take its bytes.
    if (typeof chunk === 'string') yield Buffer.from(chunk)
    else if (chunk instanceof Uint8Array) yield chunk
    else throw new RindleError('invalid_input', 'The source is a stream of objects. It must yield bytes or text.')
  }
}

function assertOptions(options: StoreOptions & { readonly maxBytes: number }): void {
  assertDeclared(options)
  const { maxBytes, contentType, cacheControl, contentDisposition } = options
  if (!(Number.isSafeInteger(maxBytes) && maxBytes > 0)) {
    throw new RindleError('invalid_input', 'maxBytes must be a whole number of bytes, from 1.')
  }
  if (contentType !== undefined && !isContentType(contentType)) {
    throw new RindleError('invalid_input', 'contentType must be a content type such as text/csv.')
  }
  for (const [name, value] of Object.entries({ cacheControl, contentDisposition })) {
    if (value === undefined || HEADER_VALUE.test(value)) continue
    throw new RindleError('invalid_input', `${name} must be the value of a header, in ASCII.`)
  }
}

function fileTooLarge(maxBytes: number): RindleError {
  const message = `The file is larger than the ${maxBytes} bytes of \`maxBytes\`.`
  return uploadRejected({ reason: 'max_bytes_exceeded', message })
}
