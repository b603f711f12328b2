import { fileSha256 } from '../assets/sha256.ts'
import type { Asset } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { textOrNull } from '../kernel/sql/row-values.ts'
import type { SourceFile } from '../ports/processor.ts'
import { Rejection } from './rejection.ts'

/**
 * Returns the SHA-256 of the bytes. Bytes that came through the application were hashed on their way in. Bytes that a
 * client sent to the storage itself are hashed here, and compared with the declared checksum.
 */
export async function verifiedChecksum(
  runtime: Runtime,
  asset: Asset,
  file: SourceFile,
  signal: AbortSignal,
): Promise<string> {
  if (asset.checksumSha256 !== null) return asset.checksumSha256
  const checksum = await fileSha256(file.path, signal)
  const declared = await declaredChecksum(runtime, asset)
  if (declared === null || declared === checksum) return checksum
  throw new Rejection('checksum_mismatch', 'The stored bytes differ from their declared SHA-256.')
}

/** Bytes that were damaged in storage differ from the bytes that were sent: they give no verdict about the upload. */
export async function assertAsReceived(asset: Asset, file: SourceFile, signal: AbortSignal): Promise<void> {
  const { id, checksumSha256 } = asset
  if (checksumSha256 === null || (await fileSha256(file.path, signal)) === checksumSha256) return
  throw new RindleError(
    'original_damaged',
    `The stored bytes of asset ${id} differ from the received bytes. Restore the object from a backup.`,
  )
}

async function declaredChecksum(runtime: Runtime, asset: Asset): Promise<string | null> {
  const { rows } = await runtime.database.executeSql(
    `select declared_checksum from rindle.media_upload_sessions
     where asset_id = $1::uuid and state in ('completed', 'failed') order by id desc limit 1`,
    [asset.id],
  )
  return textOrNull(rows[0] ?? {}, 'declared_checksum')
}
