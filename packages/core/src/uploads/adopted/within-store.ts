import { extensionFor } from '../../domain/content-types.ts'
import { isRindleError, RindleError } from '../../domain/errors.ts'
import { judgeFile } from '../../domain/gate.ts'
import { originalKey } from '../../domain/keys.ts'
import { uploadRejected } from '../../domain/upload-rejected.ts'
import { profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import { sniffObject } from '../../kernel/sniffing/sniff-object.ts'
import type { StorageAdapter, StoredObject } from '../../ports/storage.ts'
import type { AdoptOptions, AdoptOptionsWithPlace, AdoptSource } from './adopt-options.ts'
import type { AdoptedBytes } from './adopted-bytes.ts'
import { type ExpectedChecksum, PassingChecksum } from './expected-checksum.ts'

/** A file to adopt, with its sanitised name and its checksums. */
export interface AdoptedFile extends AdoptOptionsWithPlace {
  readonly filename: string
  readonly expected: ExpectedChecksum
}

/** Makes the object itself the original, once its head has passed the gate. */
export async function takeInPlace(
  runtime: Runtime,
  profile: string,
  source: AdoptSource,
  file: AdoptedFile,
): Promise<AdoptedBytes> {
  const { bytes } = await inspect(runtime, profile, source, file)
  return { ...bytes, storageKey: source.key, isInPlace: true }
}

/** Copies the object inside its storage, once its head has passed the gate; `storage_precondition_failed` if it changes. */
export async function copyWithin(
  runtime: Runtime,
  profile: string,
  source: AdoptSource,
  file: AdoptedFile,
): Promise<AdoptedBytes> {
  const { bytes, object, storage } = await inspect(runtime, profile, source, file)
  const { contentType, assetId, tenant } = bytes
  const extension = extensionFor(contentType)
  const storageKey = originalKey({ tenant, profile, assetId, random: runtime.randomText(), extension })
  const copy = await unlessChanged(source, () =>
    storage.copy(source.key, storageKey, { ifMatch: object.etag, contentType, ...signalOf(file) }),
  )
  return { ...bytes, storageKey, etag: copy.etag }
}

/** The error of an object that changed while it was adopted. */
export function changedMeanwhile(key: string, cause?: unknown): RindleError {
  const message = `The object "${key}" changed during the call, so it was not adopted. Try again when nothing writes to it.`
  return new RindleError('storage_precondition_failed', message, { details: { key }, retryable: true, cause })
}

/** Judges the head of the object, and checks its checksum. */
async function inspect(
  runtime: Runtime,
  profile: string,
  source: AdoptSource,
  file: AdoptedFile,
): Promise<{ readonly bytes: AdoptedBytes; readonly object: StoredObject; readonly storage: StorageAdapter }> {
  const storage = storageOf(runtime, source.storage)
  const declaredContentType = file.contentType ?? null
  const { object, sniffedType } = await unlessChanged(source, () =>
    sniffObject(storage, source.key, { signal: file.signal ?? new AbortController().signal }),
  )
  const { byteSize, etag } = object
  const facts = { sniffedType, declaredType: declaredContentType, filename: file.filename, byteSize }
  const verdict = judgeFile(facts, profileOf(runtime, profile).accept)
  if (!verdict.accepted) throw uploadRejected(verdict)
  const expectedSha256 = await checkedSha256(storage, source, file, object)
  const bytes = {
    profile,
    assetId: runtime.newId(),
    storage: source.storage,
    storageKey: '',
    actorId: file.actorId ?? null,
    tenant: file.tenant ?? null,
    filename: verdict.filename,
    contentType: verdict.contentType,
    declaredContentType,
    byteSize,
    checksumSha256: null,
    expectedSha256,
    etag,
    isInPlace: false,
  }
  return { bytes, object, storage }
}

/**
 * Compares the bytes with a known checksum, and returns the SHA-256 that the promotion is to find. An etag that equals
 * the MD5 proves it: no other etag has its form by chance.
 */
async function checkedSha256(
  storage: StorageAdapter,
  source: AdoptSource,
  { expected, ...options }: AdoptedFile,
  { etag }: StoredObject,
): Promise<string | null> {
  if (expected.md5 === null || expected.md5 === etag) return expected.sha256
  return unlessChanged(source, async () => {
    const { body } = await storage.get(source.key, { ifMatch: etag, ...signalOf(options) })
    const checksum = new PassingChecksum()
    for await (const chunk of body) checksum.update(chunk as Uint8Array)
    return checksum.assert(source.key, expected)
  })
}

async function unlessChanged<T>({ key }: AdoptSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isRindleError(error, 'storage_precondition_failed') ? changedMeanwhile(key, error) : error
  }
}

function signalOf({ signal }: AdoptOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
