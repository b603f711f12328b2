import { createHash, type Hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { extensionFor } from '../domain/content-types.ts'
import { RindleError } from '../domain/errors.ts'
import { sanitizeFilename } from '../domain/filename.ts'
import { originalKey } from '../domain/keys.ts'
import type { Profile } from '../profile/profile.ts'
import { judge, type RejectionReason, tooLarge } from '../promotion/gate.ts'
import { SNIFF_BYTES, sniff } from '../promotion/sniff.ts'
import { profileOf, type Runtime, storageOf } from '../runtime.ts'
import { openSource, type UploadSource } from './upload-source.ts'

/** Options of {@link receive}. */
export interface ReceiveOptions {
  /** The client's name for the file; only a sanitised form is kept. @default the source's own name */
  readonly filename?: string
  /** What the client says the bytes are. @default the source's own word */
  readonly contentType?: string
  readonly signal?: AbortSignal
}

/** Bytes that passed the first gate and lie in storage under their permanent key. No row knows them yet. */
export interface ReceivedUpload<P extends string = string> {
  readonly profile: P
  readonly assetId: string
  readonly storage: string
  readonly storageKey: string
  readonly filename: string
  readonly contentType: string
  readonly declaredContentType: string | null
  readonly byteSize: number
  readonly checksumSha256: string
  readonly etag: string
}

/**
 * Streams a file into storage in one pass with bounded memory: its head is sniffed before anything is written, the
 * stream is cut when it passes `maxBytes`, and SHA-256 is taken on the way. Rejected bytes (`upload_rejected`, with
 * `details.reason`) leave nothing behind. No client ever holds a URL to the key, so it is the permanent one.
 */
export async function receive<P extends string>(
  runtime: Runtime,
  profileName: P,
  source: UploadSource,
  options: ReceiveOptions = {},
): Promise<ReceivedUpload<P>> {
  const profile = profileOf(runtime, profileName)
  const opened = await openSource(source)
  try {
    return await receiveOpened(runtime, profileName, profile, { ...opened, ...options })
  } finally {
    opened.body.destroy()
  }
}

async function receiveOpened<P extends string>(
  runtime: Runtime,
  profileName: P,
  profile: Profile,
  source: ReceiveOptions & { readonly body: Readable },
): Promise<ReceivedUpload<P>> {
  const filename = sanitizeFilename(source.filename)
  const declaredContentType = source.contentType ?? null
  const chunks: AsyncIterator<Uint8Array> = source.body[Symbol.asyncIterator]()
  const head = await readHead(chunks)
  const verdict = judge(
    {
      sniffedType: await sniff(head.subarray(0, SNIFF_BYTES)),
      declaredType: declaredContentType,
      filename,
      byteSize: head.byteLength === 0 ? 0 : null,
    },
    profile.accept,
  )
  if (!verdict.accepted) throw rejected(verdict.reason, verdict.message)

  const assetId = runtime.newId()
  const storageKey = originalKey({
    profile: profileName,
    assetId,
    random: runtime.randomText(),
    extension: extensionFor(verdict.contentType),
  })
  const hash = createHash('sha256')
  const measured = measure(head, chunks, hash, profile.accept.maxBytes)
  const stored = await storageOf(runtime, profile.storage).put(storageKey, Readable.from(measured), {
    contentType: verdict.contentType,
    ...(source.signal === undefined ? {} : { signal: source.signal }),
  })
  return {
    profile: profileName,
    assetId,
    storage: profile.storage,
    storageKey,
    filename,
    contentType: verdict.contentType,
    declaredContentType,
    byteSize: stored.byteSize,
    checksumSha256: hash.digest('hex'),
    etag: stored.etag,
  }
}

async function readHead(chunks: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let byteSize = 0
  while (byteSize < SNIFF_BYTES) {
    const next: IteratorResult<Uint8Array | string> = await chunks.next()
    if (next.done === true) break
    // A stream in string mode gives text; its bytes are meant.
    const part = typeof next.value === 'string' ? Buffer.from(next.value) : next.value
    parts.push(part)
    byteSize += part.byteLength
  }
  return parts.length === 1 ? Buffer.from(parts[0] as Uint8Array) : Buffer.concat(parts)
}

async function* measure(
  head: Buffer,
  chunks: AsyncIterator<Uint8Array>,
  hash: Hash,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let byteSize = 0
  for (let chunk: Uint8Array | undefined = head; chunk !== undefined; ) {
    byteSize += chunk.byteLength
    if (byteSize > maxBytes) {
      const { reason, message } = tooLarge(maxBytes)
      throw rejected(reason, message)
    }
    hash.update(chunk)
    yield chunk
    const next: IteratorResult<Uint8Array> = await chunks.next()
    chunk = next.done === true ? undefined : next.value
  }
}

function rejected(reason: RejectionReason, message: string): RindleError {
  return new RindleError('upload_rejected', message, { details: { reason } })
}
