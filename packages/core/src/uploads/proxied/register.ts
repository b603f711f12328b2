import type { SqlExecutor } from '@rindle/prisma'
import { promoteRequest } from '../../assets/promote-request.ts'
import type { QuotaUsage } from '../../assets/quota-usage.ts'
import { attachUploaded } from '../../attachments/attach.ts'
import type { Asset, Owner } from '../../domain/entities.ts'
import { DELIVERIES, eventRows, requestDeliveries, wantedEvent } from '../../kernel/outbox.ts'
import { adapterNameOf, profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import { assetFromRow } from '../../kernel/sql/entities-from-rows.ts'
import type { Row } from '../../kernel/sql/row-values.ts'
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
  return inTransaction(runtime, options.tx, async (unit) => {
    const { profile, byteSize, actorId, tenant } = received
    const usage = await reserveQuota(runtime, unit, { profile, byteSize, ...originOf(actorId, tenant, options.owner) })
    const asset = await insertAsset(runtime, unit, { ...received, usage }, options)
    const adapter = adapterNameOf(runtime, received.storage)
    unit.emit(
      'rindle.upload.stop',
      { profile: received.profile, adapter, strategy: 'proxied' },
      { byteSize: received.byteSize },
    )
    unit.enqueue(promoteRequest(runtime, asset))
    if (options.owner !== undefined && options.slot !== undefined) {
      await attachUploaded(runtime, unit, asset, options.owner, options.slot)
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
    await discardUnlessRegistered(runtime, received)
    throw error
  }
}

function originOf(
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

/** Deletes received bytes that will not be registered. Safe to repeat; never call it for a registered upload. */
export async function discard(runtime: Runtime, received: ReceivedUpload): Promise<void> {
  await storageOf(runtime, received.storage).delete(received.storageKey)
}

/**
 * The commit may have happened although its answer was lost: bytes are deleted only when the row is certainly absent.
 * Bytes that stay for lack of an answer are orphans for the orphan scan.
 */
async function discardUnlessRegistered(runtime: Runtime, received: ReceivedUpload): Promise<void> {
  try {
    const { rows } = await runtime.database.executeSql('select 1 from rindle.media_assets where id = $1::uuid', [
      received.assetId,
    ])
    if (rows.length === 0) await discard(runtime, received)
  } catch (error) {
    runtime.logger.warn(
      { assetId: received.assetId, ...errorFields(error) },
      'The stored bytes of a failed upload could not be deleted.',
    )
  }
}

/** Inserts the asset and its finished session, and the event for the hooks that want it, in one statement. */
async function insertAsset(
  runtime: Runtime,
  unit: UnitOfWork,
  received: ReceivedUpload & { readonly usage: QuotaUsage | null },
  { owner, slot }: RegisterOptions,
): Promise<Asset> {
  const { assetId, profile, storage, storageKey, filename, contentType, declaredContentType } = received
  const { byteSize, checksumSha256, etag, actorId, tenant, usage } = received
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
  }
  const inserts = `given as (
       select * from jsonb_to_record($1::jsonb) as given("assetId" uuid, profile text, storage text, "sessionId" uuid,
         "storageKey" text, filename text, "contentType" text, "declaredContentType" text, "byteSize" bigint,
         "checksumSha256" text, etag text, "actorId" text, tenant text,
         account text, bytes bigint, assets smallint)
     ), asset as (
       insert into rindle.media_assets
         (id, profile, storage, storage_key, state, filename, content_type, declared_content_type,
          byte_size, checksum_sha256, etag, tenant, quota_account, quota_bytes, quota_assets)
       select "assetId", profile, storage, "storageKey", 'validating', filename, "contentType", "declaredContentType",
         "byteSize", "checksumSha256", etag, tenant, account, bytes, assets from given
       returning *
     ), session as (
       insert into rindle.media_upload_sessions
         (id, asset_id, state, upload_strategy, upload_key, upload_length, expires_at, verified_at, actor_id, tenant)
       select "sessionId", "assetId", 'completed', 'proxied', "storageKey", "byteSize", now(), now(), "actorId", given.tenant
       from given, asset
     )`
  const given = JSON.stringify({ assetId, profile, storage, sessionId: runtime.newId(), ...file, ...usage })
  const event = await wantedEvent(runtime, unit, 'upload.completed', [profile])
  if (event === null) {
    const { rows } = await unit.executeSql(`with ${inserts} select * from asset`, [given])
    return assetFromRow(rows[0] as Row)
  }
  const holder = owner === undefined ? {} : { owner: { type: owner.type, id: String(owner.id) }, slot }
  const { rows } = await unit.executeSql(
    `with ${inserts}, ${eventRows(HAPPENED)} select asset.*, ${DELIVERIES} from asset`,
    [given, runtime.newId(), event, JSON.stringify(holder)],
  )
  requestDeliveries(unit, rows[0])
  return assetFromRow(rows[0] as Row)
}

const HAPPENED = `select $2::uuid as id, asset.id as asset_id, asset.profile, $3::text as type,
    jsonb_build_object('state', 'completed', 'sessionId', given."sessionId") || $4::jsonb as payload
  from asset, given`
