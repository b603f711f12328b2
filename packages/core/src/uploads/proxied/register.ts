import type { SqlExecutor } from '@rindle/prisma'
import { promoteRequest } from '../../assets/promote-request.ts'
import type { QuotaUsage } from '../../assets/quota-usage.ts'
import { placeUpload } from '../../attachments/attach.ts'
import { assertChosenOrder, type ChosenOrder } from '../../domain/chosen-order.ts'
import type { Asset, Owner } from '../../domain/entities.ts'
import { isRindleError } from '../../domain/errors.ts'
import { DELIVERIES, eventRows, requestDeliveries, wantedEvent } from '../../kernel/outbox.ts'
import { adapterNameOf, profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import { assetFromRow } from '../../kernel/sql/entities-from-rows.ts'
import { inTransaction, type UnitOfWork } from '../../kernel/unit-of-work.ts'
import { errorFields } from '../../ports/logger.ts'
import { foreseeQuota, type QuotaClaim, reserveQuota } from '../reserve-quota.ts'
import { storageFor } from '../upload-origin.ts'
import { type ReceivedUpload, type ReceiveOptions, receive } from './receive.ts'
import type { UploadSource } from './upload-source.ts'

/** Options of {@link register}. */
export interface RegisterOptions {
  /** The application's transaction. @default a new transaction */
  readonly tx?: SqlExecutor
  /** Attaches the asset to this owner in the same transaction; needs `slot`. */
  readonly owner?: Owner
  readonly slot?: string
  /**
   * The place of the file among those that a person chose together: in a slot of many they keep that order, whichever is
   * registered first, and of several for a slot of one the last stays. @default the order of the calls' commits
   */
  readonly order?: ChosenOrder
}

/** Options of {@link upload}. */
export type UploadOptions = ReceiveOptions & Omit<RegisterOptions, 'tx'>

/**
 * Gives received bytes their asset row, in `validating`, and its promote job, in one transaction. After a rollback
 * neither exists; you can register the bytes again or discard them.
 */
export async function register<P extends string>(
  runtime: Runtime,
  received: ReceivedUpload<P>,
  options: RegisterOptions = {},
): Promise<Asset<P>> {
  profileOf(runtime, received.profile)
  assertChosenOrder(options.order)
  return inTransaction(runtime, options.tx, async (unit) => {
    const { profile, byteSize, actorId, tenant } = received
    const usage = await reserveQuota(runtime, unit, { profile, byteSize, ...originOf(actorId, tenant, options.owner) })
    const asset = (await insertAsset(runtime, unit, { ...received, usage, adoption: null }, options)) as Asset
    const adapter = adapterNameOf(runtime, received.storage)
    unit.emit(
      'rindle.upload.stop',
      { profile: received.profile, adapter, strategy: 'proxied' },
      { byteSize: received.byteSize },
    )
    unit.enqueue(promoteRequest(runtime, asset))
    if (options.owner !== undefined && options.slot !== undefined) {
      const { owner, slot, order } = options
      await placeUpload(runtime, unit, asset, { owner, slot, isLate: order !== undefined })
    }
    return asset as Asset<P>
  })
}

/**
 * Receives a file and registers it, in one call, for an upload through the application. When the rows cannot be
 * written, it deletes the stored bytes.
 */
export async function upload<P extends string>(
  runtime: Runtime,
  profileName: P,
  source: UploadSource,
  options: UploadOptions = {},
): Promise<Asset<P>> {
  const adapter = adapterNameOf(runtime, storageFor(runtime, profileName, options))
  runtime.events.emit({
    name: 'rindle.upload.start',
    metadata: { profile: profileName, adapter, strategy: 'proxied' },
    measurements: {},
  })
  await foreseeQuota(runtime, { ...options, profile: profileName, byteSize: 0 })
  const received = await receive(runtime, profileName, source, options)
  try {
    return await register(runtime, received, options)
  } catch (error) {
    await tryToDiscard(runtime, received, error)
    throw error
  }
}

/** The origin of a stored file, as a quota takes it. */
export function originOf(
  actorId: string | null,
  tenant: string | null,
  owner: Owner | undefined,
): Pick<QuotaClaim, 'actorId' | 'tenant' | 'owner'> {
  return {
    ...(actorId === null ? {} : { actorId }),
    ...(tenant === null ? {} : { tenant }),
    ...(owner === undefined ? {} : { owner }),
  }
}

/**
 * Deletes received bytes, unless they are registered: a commit may have happened although its answer was lost, and then
 * a row owns them. Safe to repeat.
 */
export async function discard(
  runtime: Runtime,
  received: Pick<ReceivedUpload, 'assetId' | 'storage' | 'storageKey'>,
): Promise<void> {
  const { rows } = await runtime.database.executeSql('select 1 from rindle.media_assets where id = $1::uuid', [
    received.assetId,
  ])
  if (rows.length === 0) await storageOf(runtime, received.storage).delete(received.storageKey)
}

/**
 * Discards the bytes of an upload that failed with `cause`. They stay when the database was lost: it may yet commit what it
 * was sent. Bytes that stay are orphans for the orphan scan.
 */
export async function tryToDiscard(
  runtime: Runtime,
  received: Pick<ReceivedUpload, 'assetId' | 'storage' | 'storageKey'>,
  cause: unknown,
): Promise<void> {
  if (isRindleError(cause, 'database_unavailable')) return
  try {
    await discard(runtime, received)
  } catch (error) {
    runtime.logger.warn(
      { assetId: received.assetId, ...errorFields(error) },
      'The stored bytes of a failed upload could not be deleted.',
    )
  }
}

/** How an object was adopted, as columns. */
export interface AdoptionColumns {
  readonly adoptedStorage: string
  readonly adoptedKey: string
  readonly inPlace: boolean
  /** ISO 8601; `null`: now. */
  readonly createdAt: string | null
  /** The SHA-256 that the promotion must find. */
  readonly expectedSha256: string | null
  readonly uploadKey: string
}

/** The columns of a file whose bytes are stored. */
type StoredFile = Omit<ReceivedUpload, 'checksumSha256'> & {
  readonly checksumSha256: string | null
  readonly usage: QuotaUsage | null
  /** `null`: the file came through the application. */
  readonly adoption: AdoptionColumns | null
}

/**
 * Inserts the asset and its finished session, and the event for the hooks that want it, in one statement. `null` if the
 * same object was adopted before.
 */
export async function insertAsset(
  runtime: Runtime,
  unit: UnitOfWork,
  received: StoredFile,
  { owner, slot, order }: RegisterOptions,
): Promise<Asset | null> {
  const { assetId, profile, storage, storageKey, filename, contentType, declaredContentType } = received
  const { byteSize, checksumSha256, etag, actorId, tenant, usage, adoption } = received
  const file = {
    actorId,
    tenant,
    storageKey,
    filename,
    contentType,
    declaredContentType,
    byteSize,
    checksumSha256,
    etag,
    batch: order?.batch ?? null,
    index: order?.index ?? null,
  }
  const inserts = `given as (
       select * from jsonb_to_record($1::jsonb) as given("assetId" uuid, profile text, storage text, "sessionId" uuid,
         "storageKey" text, filename text, "contentType" text, "declaredContentType" text, "byteSize" bigint,
         "checksumSha256" text, etag text, "actorId" text, tenant text, batch text, index int,
         account text, bytes bigint, assets smallint, strategy text, "uploadKey" text, "expectedSha256" text,
         "adoptedStorage" text, "adoptedKey" text, "inPlace" boolean, "createdAt" timestamptz)
     ), asset as (
       insert into rindle.media_assets
         (id, profile, storage, storage_key, state, filename, content_type, declared_content_type,
          byte_size, checksum_sha256, etag, tenant, quota_account, quota_bytes, quota_assets,
          adopted_storage, adopted_key, in_place, created_at)
       select "assetId", profile, storage, "storageKey", 'validating', filename, "contentType", "declaredContentType",
         "byteSize", "checksumSha256", etag, tenant, account, bytes, assets,
         "adoptedStorage", "adoptedKey", coalesce("inPlace", false), coalesce("createdAt", now()) from given
       ${adoption === null ? '' : 'on conflict do nothing'}
       returning *
     ), session as (
       insert into rindle.media_upload_sessions
         (id, asset_id, state, upload_strategy, upload_key, upload_length, declared_checksum, expires_at, verified_at,
          actor_id, tenant, chosen_batch, chosen_index)
       select "sessionId", "assetId", 'completed', strategy, "uploadKey", "byteSize", "expectedSha256", now(), now(),
         "actorId", given.tenant, batch, index
       from given, asset
     )`
  const way = adoption === null ? { strategy: 'proxied', uploadKey: storageKey } : { strategy: 'adopted', ...adoption }
  const given = JSON.stringify({ assetId, profile, storage, sessionId: runtime.newId(), ...file, ...usage, ...way })
  const event = await wantedEvent(runtime, unit, 'upload.completed', [profile])
  if (event === null) {
    const { rows } = await unit.executeSql(`with ${inserts} select * from asset`, [given])
    return rows[0] === undefined ? null : assetFromRow(rows[0])
  }
  const holder = owner === undefined ? {} : { owner: { type: owner.type, id: String(owner.id) }, slot }
  const { rows } = await unit.executeSql(
    `with ${inserts}, ${eventRows(HAPPENED)} select asset.*, ${DELIVERIES} from asset`,
    [given, runtime.newId(), event, JSON.stringify(holder)],
  )
  if (rows[0] === undefined) return null
  requestDeliveries(unit, rows[0])
  return assetFromRow(rows[0])
}

const HAPPENED = `select $2::uuid as id, asset.id as asset_id, asset.profile, $3::text as type,
    jsonb_build_object('state', 'completed', 'sessionId', given."sessionId") || $4::jsonb as payload
  from asset, given`
