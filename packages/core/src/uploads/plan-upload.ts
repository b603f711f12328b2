import type { SqlExecutor } from '@rindle/prisma'
import { assertChosenOrder, type ChosenOrder } from '../domain/chosen-order.ts'
import { claimedType } from '../domain/claims.ts'
import { extensionFor } from '../domain/content-types.ts'
import type { Owner } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { MAX_EXPIRY_SECONDS } from '../domain/expiry.ts'
import { sanitizeFilename } from '../domain/filename.ts'
import { judgeDeclared } from '../domain/gate.ts'
import { stagingKey } from '../domain/keys.ts'
import type { UploadStrategy } from '../domain/states.ts'
import { isStorableName, MAX_NAME_LENGTH } from '../domain/storable-name.ts'
import { uploadRejected } from '../domain/upload-rejected.ts'
import { profileOf, type Runtime, storageOf } from '../kernel/runtime.ts'
import type { StorageAdapter } from '../ports/storage.ts'
import type { Profile } from '../profile/profile.ts'
import { storageFor, type UploadOrigin } from './upload-origin.ts'

/** A client's declaration of a file that it will send to the storage itself. */
export interface InitiateOptions extends UploadOrigin {
  /** The client's name for the file; only a sanitised form is stored. */
  readonly filename: string
  /**
   * The type that the client declares; bound into the signature. A type that says nothing (`''`,
   * `application/octet-stream`) decides nothing: the bytes decide, once they are there. @default none
   */
  readonly contentType?: string
  /** Exact size in bytes. When given, the storage itself refuses any other. */
  readonly byteSize?: number
  /** SHA-256 in lower-case hex. When given, the storage refuses other bytes where it can, and promotion always. */
  readonly checksumSha256?: string
  /** The lifetime of the upload. @default 3600 for one PUT, 86400 otherwise */
  readonly expiresInSeconds?: number
  /**
   * Attaches the asset to this owner, in the transaction that makes it available; needs `slot`. The slot keeps its
   * present asset until then. It keeps it for good when the upload is abandoned or refused, or when that asset's own
   * upload began later than this one.
   */
  readonly owner?: Owner
  /** The slot of the owner. */
  readonly slot?: string
  /**
   * The place of the file among those that a person chose together: in a slot of many they keep that order, whichever is
   * there first, and of several for a slot of one the last stays. @default the order in which uploads begin
   */
  readonly order?: ChosenOrder
  /** The application's transaction. @default a new transaction */
  readonly tx?: SqlExecutor
}

/** A file that a client will send, as far as it is decided before any row exists. */
export interface PlannedUpload {
  readonly profileName: string
  readonly profile: Profile
  readonly storageName: string
  readonly storage: StorageAdapter
  readonly assetId: string
  readonly uploadKey: string
  readonly filename: string
  readonly strategy: UploadStrategy
  readonly expiresAt: Date
  readonly multipartUploadId: string | null
  /** Its bytes are a piece of another upload. */
  readonly isPiece: boolean
  /** The assets of the pieces that it is made of: it takes over the quota that they have reserved. */
  readonly pieces: readonly string[]
}

const PUT_EXPIRY_SECONDS = 3_600
const LONG_EXPIRY_SECONDS = 86_400

/** Decides everything that needs no row, and judges the declaration. `upload_rejected`, `invalid_input`. */
export function planUpload(
  runtime: Runtime,
  profileName: string,
  options: Omit<InitiateOptions, 'tx'>,
  strategy: UploadStrategy,
): PlannedUpload {
  const profile = profileOf(runtime, profileName)
  const filename = sanitizeFilename(options.filename)
  assertDeclared(options)
  const declared = { declaredType: options.contentType ?? null, filename, byteSize: options.byteSize ?? null }
  const refused = judgeDeclared(declared, profile.accept)
  if (refused !== null) throw uploadRejected(refused)
  const assetId = runtime.newId()
  const storageName = storageFor(runtime, profileName, options)
  const expiresInSeconds =
    options.expiresInSeconds ?? (strategy === 'presigned_put' ? PUT_EXPIRY_SECONDS : LONG_EXPIRY_SECONDS)
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > MAX_EXPIRY_SECONDS) {
    throw new RindleError('invalid_input', `expiresInSeconds must be from 1 to ${MAX_EXPIRY_SECONDS} (seven days).`)
  }
  return {
    profileName,
    profile,
    storageName,
    storage: storageOf(runtime, storageName),
    assetId,
    uploadKey: stagingKey({
      tenant: options.tenant ?? null,
      profile: profileName,
      assetId,
      random: runtime.randomText(),
      extension: extensionFor(claimedType(declared, profile.accept.types)),
    }),
    filename,
    strategy,
    expiresAt: new Date(runtime.now().getTime() + expiresInSeconds * 1_000),
    multipartUploadId: null,
    isPiece: false,
    pieces: [],
  }
}

/** Refuses an invalid size, checksum, actor or order: `invalid_input`. */
export function assertDeclared({
  byteSize,
  checksumSha256,
  actorId,
  order,
}: Pick<InitiateOptions, 'byteSize' | 'checksumSha256' | 'actorId' | 'order'>): void {
  assertChosenOrder(order)
  if (actorId !== undefined && !isStorableName(actorId)) {
    throw new RindleError('invalid_input', `actorId must be a string of 1 to ${MAX_NAME_LENGTH} characters.`)
  }
  if (byteSize !== undefined && !(Number.isSafeInteger(byteSize) && byteSize >= 0)) {
    throw new RindleError('invalid_input', 'byteSize must be a whole number of bytes.')
  }
  if (checksumSha256 === undefined || /^[0-9a-f]{64}$/.test(checksumSha256)) return
  throw new RindleError('invalid_input', 'checksumSha256 must be 64 lower-case hex digits.')
}
