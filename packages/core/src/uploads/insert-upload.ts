import type { SqlExecutor } from '@rindle/prisma'
import { type QuotaUsage, releaseQuota } from '../assets/quota-usage.ts'
import { assertNotFull, slotRulesOf } from '../attachments/attach.ts'
import { type Slot, slotOf } from '../attachments/slot.ts'
import { canonicalContentType } from '../domain/content-types.ts'
import type { UploadSession } from '../domain/entities.ts'
import type { JsonObject } from '../domain/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { json, type Row } from '../kernel/sql/row-values.ts'
import { inOneStatement, inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { InsertedRows } from '../ports/jobs.ts'
import type { StoredObject } from '../ports/storage.ts'
import type { InitiateOptions, PlannedUpload } from './plan-upload.ts'
import { assertMayBegin, MAY_BEGIN, mayBeginGiven, reserveQuota, tooManyOpen } from './reserve-quota.ts'
import { sessionFromRow } from './sessions.ts'

/** The values of a new session that only some ways in have. */
export interface SessionColumns {
  /** `signed`: its client gets a URL with the answer. `completed`: its object is stored. @default 'initialized' */
  readonly state?: 'initialized' | 'signed' | 'completed'
  /** The object of a session that is born `completed`. @default none */
  readonly stored?: Pick<StoredObject, 'byteSize' | 'etag'>
  /** Of a resumable upload. @default none */
  readonly resumable?: ResumableColumns
  /** Of an upload from a URL. @default none */
  readonly fetchSource?: JsonObject
}

/** The values of a new resumable session. */
export interface ResumableColumns {
  readonly protocol: string
  /** The key that signs its URI. */
  readonly secret: string
  readonly offset: number
  readonly notes: JsonObject
  readonly metadata: string | null
  readonly concat: string | null
}

/**
 * {@link insertUpload} where nothing else has to be written: as one statement, if no quota asks for a transaction.
 */
export function insertAlone(
  runtime: Runtime,
  tx: SqlExecutor | undefined,
  planned: PlannedUpload,
  options: Omit<InitiateOptions, 'tx'>,
  columns: SessionColumns = {},
): Promise<UploadSession> {
  const insert = (unit: Insertion): Promise<UploadSession> => insertUpload(runtime, unit, planned, options, columns)
  const isOneStatement = tx === undefined && runtime.quotas.rule === null && planned.pieces.length === 0
  return isOneStatement ? inOneStatement(runtime, insert) : inTransaction(runtime, tx, insert)
}

/** The parts of a unit that an insertion needs: it enqueues nothing. */
export type Insertion = Omit<UnitOfWork, 'enqueue'>

/**
 * Writes asset and session in one statement, with the slot to attach the asset to when it becomes available.
 * `quota_exceeded`, `slot_full`.
 */
export async function insertUpload(
  runtime: Runtime,
  unit: Insertion,
  planned: PlannedUpload,
  options: Omit<InitiateOptions, 'tx'>,
  columns: SessionColumns = {},
): Promise<UploadSession> {
  const slot = await wantedSlot(runtime, unit, planned.profileName, options)
  const usage = await reserveFor(runtime, unit, planned, options)
  // Otherwise they have been counted before the account was locked.
  const counting = runtime.quotas.rule === null ? mayBeginGiven(runtime, options) : {}
  const given = { ...givenFor(runtime, planned, options, columns), ...slot, ...usage, ...counting }
  const { rows } = await unit.executeSql(INSERT, [JSON.stringify(given)])
  const [row] = rows
  if (row === undefined) throw tooManyOpen(runtime)
  announce(unit, planned, options, columns)
  return sessionFromRow(json<Row>(row, 'session'))
}

/** Common table expressions that write both rows from the JSON of `$1`, if the condition allows it. */
const rowsIf = (mayBegin: string): string => `given as (
     select * from jsonb_to_record($1::jsonb) as given("assetId" uuid, profile text, storage text, "uploadKey" text,
       filename text, "declaredType" text, "sessionId" uuid, state text, strategy text, "byteSize" bigint, checksum text,
       "multipartUploadId" text, "expiresAt" timestamptz, "actorId" text, tenant text, "ownerType" text, "ownerId" text,
       slot text, batch text, index int, account text, bytes bigint, assets smallint, "fetchSource" jsonb, protocol text,
       secret text, "offset" bigint, notes jsonb, metadata text, concat text, "maxOpen" int, now timestamptz,
       "assetState" text, "storedBytes" bigint, etag text)
   ), permitted as materialized (
     select ${mayBegin} as may_begin from given
   ), asset as (
     insert into rindle.media_assets
       (id, profile, storage, storage_key, state, filename, declared_content_type, tenant,
        quota_account, quota_bytes, quota_assets, byte_size, etag)
     select "assetId", profile, storage, "uploadKey", "assetState", filename, "declaredType", tenant,
       account, bytes, assets, "storedBytes", etag from given, permitted where may_begin
     returning id
   ), session as (
     insert into rindle.media_upload_sessions
       (id, asset_id, state, upload_strategy, upload_key, upload_length, declared_checksum, multipart_upload_id,
        expires_at, actor_id, tenant, attach_owner_type, attach_owner_id, attach_slot, chosen_batch, chosen_index,
        fetch_source, resumable_protocol, session_uri, session_uri_expires_at, last_known_offset, resumable_state,
        resumable_metadata, resumable_concat, verified_at)
     select "sessionId", asset.id, state, strategy, "uploadKey", "byteSize", checksum, "multipartUploadId",
       "expiresAt", "actorId", tenant, "ownerType", "ownerId", slot, batch, index,
       "fetchSource", protocol, secret, case when secret is not null then "expiresAt" end, "offset", notes,
       metadata, concat, case when state = 'completed' then now() end
     from given, asset
     returning *
   )`

const INSERT = `with ${rowsIf(MAY_BEGIN)}
   select to_jsonb(session) - 'session_uri' - 'fetch_source' as session from session`

/** An upload that is complete with its rows and its job. */
export interface InsertedWhole {
  readonly sessionId: string
  readonly rows: InsertedRows
}

/**
 * The rows of an upload whose object is stored, for the statement of its job. That fails with {@link TOO_MANY_OPEN} instead of
 * `quota_exceeded`. `slot_full`.
 */
export async function rowsOfWhole(
  runtime: Runtime,
  unit: Insertion,
  planned: PlannedUpload,
  options: Omit<InitiateOptions, 'tx'>,
  columns: SessionColumns,
): Promise<InsertedWhole> {
  const slot = await wantedSlot(runtime, unit, planned.profileName, options)
  announce(unit, planned, options, columns)
  const given = { ...givenFor(runtime, planned, options, columns), ...slot, ...mayBeginGiven(runtime, options) }
  return { sessionId: given.sessionId, rows: { expressions: WHOLE, values: [JSON.stringify(given)] } }
}

const WHOLE = rowsIf(`("maxOpen" is null or rindle.assert_may_begin(tenant, "actorId", now, "maxOpen"))`)

/** The SQLSTATE with which `rindle.assert_may_begin` refuses. */
export const TOO_MANY_OPEN = 'RD001'

function givenFor(
  runtime: Runtime,
  planned: PlannedUpload,
  options: Omit<InitiateOptions, 'tx'>,
  { state = 'initialized', resumable, fetchSource, stored }: SessionColumns,
): JsonObject & { readonly sessionId: string } {
  const { assetId, profileName, storageName, uploadKey, filename, strategy, multipartUploadId, expiresAt } = planned
  return {
    assetId,
    profile: profileName,
    storage: storageName,
    uploadKey,
    filename,
    declaredType: canonicalContentType(options.contentType ?? ''),
    sessionId: runtime.newId(),
    state,
    strategy,
    byteSize: options.byteSize ?? null,
    checksum: options.checksumSha256 ?? null,
    multipartUploadId,
    expiresAt: expiresAt.toISOString(),
    actorId: options.actorId ?? null,
    tenant: options.tenant ?? null,
    batch: options.order?.batch ?? null,
    index: options.order?.index ?? null,
    assetState: stored === undefined ? 'staged' : 'validating',
    ...(stored === undefined ? {} : { storedBytes: stored.byteSize, etag: stored.etag }),
    ...(fetchSource === undefined ? {} : { fetchSource }),
    ...resumable,
  }
}

function announce(
  unit: Insertion,
  { profileName, storage, strategy }: PlannedUpload,
  { byteSize }: Omit<InitiateOptions, 'tx'>,
  { resumable, state = 'initialized' }: SessionColumns,
): void {
  const metadata = { profile: profileName, adapter: storage.name }
  unit.emit('rindle.upload.start', { ...metadata, strategy }, byteSize === undefined ? {} : { byteSize })
  if (resumable === undefined) return
  unit.emit('rindle.upload.resumable.start', { ...metadata, protocol: resumable.protocol, state })
}

async function reserveFor(
  runtime: Runtime,
  unit: Insertion,
  { profileName, profile, isPiece, pieces }: PlannedUpload,
  options: Omit<InitiateOptions, 'tx'>,
): Promise<QuotaUsage | null> {
  if (pieces.length > 0) await releaseQuota(unit, pieces)
  if (runtime.quotas.rule === null) return null
  await assertMayBegin(runtime, unit, options)
  const byteSize = options.byteSize ?? profile.accept.maxBytes
  return reserveQuota(runtime, unit, { ...options, profile: profileName, byteSize, isPiece })
}

/** Checked now, because no caller can get the error when the asset becomes available. */
async function wantedSlot(
  runtime: Runtime,
  unit: Insertion,
  profileName: string,
  { owner, slot: name }: Pick<InitiateOptions, 'owner' | 'slot'>,
): Promise<Slot | null> {
  if (owner === undefined || name === undefined) return null
  const rules = slotRulesOf(runtime, profileName, name)
  const slot = slotOf(owner, name)
  await assertNotFull(unit, slot, rules)
  return slot
}
