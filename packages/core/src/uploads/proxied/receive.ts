import { createHash, type Hash } from 'node:crypto'
import { pipeline, type Readable, Transform } from 'node:stream'
import { extensionFor } from '../../domain/content-types.ts'
import type { Owner } from '../../domain/entities.ts'
import { sanitizeFilename } from '../../domain/filename.ts'
import { judgeFile, tooLarge } from '../../domain/gate.ts'
import { originalKey } from '../../domain/keys.ts'
import { uploadRejected } from '../../domain/upload-rejected.ts'
import { profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { Profile } from '../../profile/profile.ts'
import { assertDeclared } from '../plan-upload.ts'
import { storageFor, type UploadOrigin } from '../upload-origin.ts'
import type { OpenedSource } from './opened-source.ts'
import { sniffBody } from './sniff-body.ts'
import { openSource, type UploadSource } from './upload-source.ts'

// Measured: Node's default of 16 KiB takes half as long again, because every chunk waits for the next stage.
const BUFFER_BYTES = 1024 * 1024

/** Options of {@link receive}. */
export interface ReceiveOptions extends UploadOrigin {
  /** The client's name for the file; only a sanitised form is stored. @default the source's own name */
  readonly filename?: string
  /** The type that the client declares. @default the source's own type */
  readonly contentType?: string
  /** The owner that the asset will be attached to, where the profile chooses its storage by it. @default none */
  readonly owner?: Owner
  /** Gives up the upload; stored bytes are deleted. */
  readonly signal?: AbortSignal
}

/** Bytes that passed the first gate and lie in storage under their permanent key. No row refers to them yet. */
export interface ReceivedUpload<P extends string = string> {
  readonly profile: P
  readonly assetId: string
  readonly storage: string
  readonly storageKey: string
  readonly actorId: string | null
  readonly tenant: string | null
  /** Sanitised, with an extension of the content type. */
  readonly filename: string
  readonly contentType: string
  readonly declaredContentType: string | null
  readonly byteSize: number
  readonly checksumSha256: string
  readonly etag: string
}

/**
 * Streams a file into storage in one pass with bounded memory: sniffs its head before it writes anything, cuts the
 * stream past `maxBytes`, and computes the SHA-256 on the way. Rejected bytes (`upload_rejected`, with
 * `details.reason`) leave nothing behind. The key is the permanent one, because no client ever holds a URL to it.
 */
export async function receive<P extends string>(
  runtime: Runtime,
  profileName: P,
  source: UploadSource,
  options: ReceiveOptions = {},
): Promise<ReceivedUpload<P>> {
  const profile = profileOf(runtime, profileName)
  // Before the source is opened, and before its bytes are read.
  const storage = storageFor(runtime, profileName, options)
  assertDeclared(options)
  const opened = await openSource(source)
  // Nothing listens to a body between its head and its rest; without a listener its failure would end the process. The
  // read of the rest reports it.
  opened.body.on('error', () => {})
  try {
    return await receiveOpened(runtime, profileName, { profile, storage }, { ...opened, ...options })
  } finally {
    opened.body.destroy()
  }
}

async function receiveOpened<P extends string>(
  runtime: Runtime,
  profileName: P,
  { profile, storage }: { readonly profile: Profile; readonly storage: string },
  source: ReceiveOptions & Pick<OpenedSource, 'body' | 'disposeChunks'>,
): Promise<ReceivedUpload<P>> {
  const filename = sanitizeFilename(source.filename)
  const declaredContentType = source.contentType ?? null
  const { head, sniffedType } = await sniffBody(source.body)
  const byteSize = head.byteLength === 0 ? 0 : null
  const verdict = judgeFile({ sniffedType, declaredType: declaredContentType, filename, byteSize }, profile.accept)
  if (!verdict.accepted) throw uploadRejected(verdict)

  const assetId = runtime.newId()
  const tenant = source.tenant ?? null
  const storageKey = originalKey({
    tenant,
    profile: profileName,
    assetId,
    random: runtime.randomText(),
    extension: extensionFor(verdict.contentType),
  })
  const hash = createHash('sha256')
  const measured = measure(head, source.body, hash, profile.accept.maxBytes)
  const stored = await storageOf(runtime, storage).put(storageKey, measured, {
    contentType: verdict.contentType,
    disposeChunks: source.disposeChunks,
    ...(source.signal === undefined ? {} : { signal: source.signal }),
  })
  return {
    profile: profileName,
    assetId,
    storage,
    storageKey,
    actorId: source.actorId ?? null,
    tenant,
    filename: verdict.filename,
    contentType: verdict.contentType,
    declaredContentType,
    byteSize: stored.byteSize,
    checksumSha256: hash.digest('hex'),
    etag: stored.etag,
  }
}

/** The whole body as it passes: hashed, and cut when too large. */
function measure(head: Buffer, body: Readable, hash: Hash, maxBytes: number): Readable {
  let byteSize = 0
  const measured = new Transform({
    highWaterMark: BUFFER_BYTES,
    transform(chunk: Buffer, _encoding, callback) {
      byteSize += chunk.byteLength
      if (byteSize > maxBytes) {
        return callback(uploadRejected(tooLarge(maxBytes)))
      }
      hash.update(chunk)
      callback(null, chunk)
    },
  })
  measured.write(head)
  if (body.readableEnded) measured.end()
  // A failure on either side destroys both, and the reader of `measured` gets the error.
  else pipeline(body, measured, () => {})
  return measured
}
