import { lockAssets } from '../../attachments/slot.ts'
import { RindleError } from '../../domain/errors.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import { OPEN_SESSION } from '../../kernel/sql/state-literals.ts'
import { inTransaction, type UnitOfWork } from '../../kernel/unit-of-work.ts'
import { abortSession } from '../abort.ts'
import { verifyCompletion } from '../complete.ts'
import { assertNotEnded } from '../sessions.ts'
import { assertNoPiece, isFull, isPartial, type OpenResumable, readResumable } from './rows.ts'
import {
  cancelResumableSession,
  type InitiateResumableOptions,
  initiateResumableSession,
  type ResumableSession,
} from './session.ts'
import { type ResumableWriter, writeResumableSession } from './writer.ts'

/** Options of {@link concatenateUploads}. */
export interface ConcatenateOptions extends Omit<InitiateResumableOptions, 'byteSize'> {
  /** Ends the work, without leftovers. */
  readonly signal?: AbortSignal
}

/**
 * Makes one upload of several others, in the given order, and completes it: tus' concatenation, with which a client
 * sends one file over several connections. Each piece was begun as `partial` and has all its bytes. The bytes pass
 * through this process once, with bounded memory, because no storage joins pieces of any size. Then the pieces are
 * given up. After a failure they stay, and the new upload goes.
 *
 * `invalid_input` without pieces, for a result that is to be a piece itself, for a piece that is named twice, that is no piece or that is not complete;
 * `session_expired` for a piece that has ended; `upload_rejected` as in {@link initiateResumableSession}, and for more
 * bytes than the profile accepts.
 */
export async function concatenateUploads(
  runtime: Runtime,
  profileName: string,
  pieceIds: readonly string[],
  { signal, ...options }: ConcatenateOptions,
): Promise<ResumableSession> {
  assertNoPiece(options, 'An upload with resumableConcat "partial"')
  const pieces = await readPieces(runtime, pieceIds)
  const assetIds = pieces.map(({ asset }) => asset.id)
  const byteSize = pieces.reduce((sum, { resumable }) => sum + resumable.offset, 0)
  const whole = await initiateResumableSession(runtime, profileName, { ...options, byteSize }, assetIds)
  const stopping = signal === undefined ? {} : { signal }
  try {
    const writer = await writeResumableSession(runtime, whole.session.id, stopping)
    try {
      await appendAll(runtime, writer, pieces, stopping)
    } finally {
      await writer.release()
    }
  } catch (error) {
    await inTransaction(runtime, undefined, (unit) => giveQuotaBack(unit, whole.session.assetId, assetIds))
    await cancelResumableSession(runtime, whole.session.id)
    throw error
  }
  const { session } = await verifyCompletion(runtime, whole.session.id)
  for (const piece of pieces) await abortSession(runtime, piece)
  return { ...whole, session }
}

/** The pieces stay, and so they count again, for the account of the upload that took their part over. */
async function giveQuotaBack(unit: UnitOfWork, wholeId: string, pieceIds: readonly string[]): Promise<void> {
  await lockAssets(unit, [wholeId, ...pieceIds])
  await unit.executeSql(
    `with back as (
       update rindle.media_assets as piece
       set quota_account = whole.quota_account, quota_bytes = session.upload_length, quota_assets = 0
       from rindle.media_assets as whole, rindle.media_upload_sessions as session
       where whole.id = $1::uuid and whole.quota_account is not null and piece.quota_account is null
         and piece.id in (select value::uuid from jsonb_array_elements_text($2::jsonb))
         and session.asset_id = piece.id and session.state in (${OPEN_SESSION})
       returning piece.quota_account, piece.quota_bytes
     )
     update rindle.media_quotas as quota set bytes = quota.bytes + given.bytes, updated_at = now()
     from (select quota_account, sum(quota_bytes) as bytes from back group by 1) as given
     where quota.account = given.quota_account`,
    [wholeId, JSON.stringify(pieceIds)],
  )
}

async function readPieces(runtime: Runtime, ids: readonly string[]): Promise<readonly OpenResumable[]> {
  if (ids.length === 0) throw new RindleError('invalid_input', 'There are no pieces to concatenate. Name at least one.')
  if (new Set(ids).size < ids.length) throw new RindleError('invalid_input', 'A piece is named twice.')
  const pieces: OpenResumable[] = []
  for (const id of ids) {
    const piece = await readResumable(runtime, id)
    if (!isPartial(piece.session))
      throw new RindleError('invalid_input', `Upload session ${id} is not a piece: it was not begun as partial.`)
    assertNotEnded(piece)
    if (!isFull(piece)) throw new RindleError('invalid_input', `The piece ${id} is not complete. Send the rest of it.`)
    pieces.push(piece)
  }
  return pieces
}

async function appendAll(
  runtime: Runtime,
  writer: ResumableWriter,
  pieces: readonly OpenResumable[],
  stopping: { readonly signal?: AbortSignal },
): Promise<void> {
  let offset = 0
  for (const { session, asset, resumable } of pieces) {
    // An empty piece left nothing in the storage.
    if (resumable.offset === 0) continue
    stopping.signal?.throwIfAborted()
    const storage = storageOf(runtime, asset.storage)
    await storage.resumable.finish(session.uploadKey, resumable, stopping)
    const { body } = await storage.get(session.uploadKey, stopping)
    offset = await writer.append(body, { offset, minBytesPerSecond: 0, disposeChunks: true })
  }
}
