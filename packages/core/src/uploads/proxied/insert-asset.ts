import type { QuotaUsage } from '../../assets/quota-usage.ts'
import type { Asset } from '../../domain/entities.ts'
import { DELIVERIES, eventRows, requestDeliveries, wantedEvent } from '../../kernel/outbox.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { assetFromRow } from '../../kernel/sql/entities-from-rows.ts'
import type { UnitOfWork } from '../../kernel/unit-of-work.ts'
import type { InsertedRows } from '../../ports/jobs.ts'
import type { ReceivedUpload } from './receive.ts'
import type { RegisterOptions } from './register-options.ts'

/** Whether a hook wants to hear of the upload, so that its delivery needs a job as well. */
export async function isHeardOf(runtime: Runtime, profileName: string): Promise<boolean> {
  return (await wantedEvent(runtime, runtime.database, 'upload.completed', [profileName])) !== null
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
  options: RegisterOptions,
): Promise<Asset | null> {
  const { owner, slot } = options
  const expressions = received.adoption === null ? INSERTION : ADOPTION
  const given = givenFor(runtime, received, options)
  const event = await wantedEvent(runtime, unit, 'upload.completed', [received.profile])
  if (event === null) {
    const { rows } = await unit.executeSql(`with ${expressions} select * from asset`, [given])
    return rows[0] === undefined ? null : assetFromRow(rows[0])
  }
  const holder = owner === undefined ? {} : { owner: { type: owner.type, id: String(owner.id) }, slot }
  const { rows } = await unit.executeSql(
    `with ${expressions}, ${eventRows(HAPPENED)} select asset.*, ${DELIVERIES} from asset`,
    [given, runtime.newId(), event, JSON.stringify(holder)],
  )
  if (rows[0] === undefined) return null
  requestDeliveries(unit, rows[0])
  return assetFromRow(rows[0])
}

/** Common table expressions that insert both rows, from the JSON of `$1`. */
const insertionIf = (onConflict: string): string => `given as (
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
     ${onConflict}
     returning *
   ), session as (
     insert into rindle.media_upload_sessions
       (id, asset_id, state, upload_strategy, upload_key, upload_length, declared_checksum, expires_at, verified_at,
        actor_id, tenant, chosen_batch, chosen_index)
     select "sessionId", "assetId", 'completed', strategy, "uploadKey", "byteSize", "expectedSha256", now(), now(),
       "actorId", given.tenant, batch, index
     from given, asset
   )`

const INSERTION = insertionIf('')
const ADOPTION = insertionIf('on conflict do nothing')

/** As JSON: `pg` takes longer for forty columns. */
const INSERTION_OF_JOB = `${INSERTION}, written as (select to_jsonb(asset) as asset from asset)`

/** The rows of an upload without a quota, for the statement of its job, which then returns the row `asset` as JSON. */
export function rowsOfUpload(runtime: Runtime, received: ReceivedUpload, options: RegisterOptions): InsertedRows {
  const given = givenFor(runtime, { ...received, usage: null, adoption: null }, options)
  return { expressions: INSERTION_OF_JOB, values: [given], returning: 'written' }
}

/** The value of `$1`. */
function givenFor(
  runtime: Runtime,
  { usage, adoption, ...file }: StoredFile,
  { order }: Pick<RegisterOptions, 'order'>,
): string {
  const { assetId, profile, storage, storageKey, filename, contentType, declaredContentType } = file
  const { byteSize, checksumSha256, etag, actorId, tenant } = file
  return JSON.stringify({
    assetId,
    profile,
    storage,
    sessionId: runtime.newId(),
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
    ...usage,
    ...(adoption === null ? { strategy: 'proxied', uploadKey: storageKey } : { strategy: 'adopted', ...adoption }),
  })
}

const HAPPENED = `select $2::uuid as id, asset.id as asset_id, asset.profile, $3::text as type,
    jsonb_build_object('state', 'completed', 'sessionId', given."sessionId") || $4::jsonb as payload
  from asset, given`
