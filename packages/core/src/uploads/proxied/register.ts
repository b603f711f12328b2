import { promoteRequest } from '../../assets/promote-request.ts'
import { placeUpload } from '../../attachments/attach.ts'
import { assertChosenOrder } from '../../domain/chosen-order.ts'
import type { Asset, Owner } from '../../domain/entities.ts'
import { isRindleError } from '../../domain/errors.ts'
import { canEnqueueWith, type JoiningJobs } from '../../kernel/joining-jobs.ts'
import { adapterNameOf, profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import { assetFromRow } from '../../kernel/sql/entities-from-rows.ts'
import { json, type Row } from '../../kernel/sql/row-values.ts'
import { inOneStatement, inTransaction } from '../../kernel/unit-of-work.ts'
import { errorFields } from '../../ports/logger.ts'
import type { Insertion } from '../insert-upload.ts'
import { foreseeQuota, type QuotaClaim, reserveQuota } from '../reserve-quota.ts'
import { storageFor } from '../upload-origin.ts'
import { insertAsset, isHeardOf, rowsOfUpload } from './insert-asset.ts'
import { type ReceivedUpload, type ReceiveOptions, receive } from './receive.ts'
import type { RegisterOptions } from './register-options.ts'
import type { UploadSource } from './upload-source.ts'

/** Options of {@link upload}. */
export type UploadOptions = ReceiveOptions & Omit<RegisterOptions, 'tx'>

/**
 * Gives received bytes their asset row, in `validating`, and its promote job, in one transaction: in one statement, if
 * nothing else has to be written and the queue can take part in one. After a rollback neither exists; you can register
 * the bytes again or discard them.
 */
export async function register<P extends string>(
  runtime: Runtime,
  received: ReceivedUpload<P>,
  options: RegisterOptions = {},
): Promise<Asset<P>> {
  profileOf(runtime, received.profile)
  assertChosenOrder(options.order)
  const { jobs } = runtime
  if (isAlone(runtime, options) && canEnqueueWith(jobs) && !(await isHeardOf(runtime, received.profile))) {
    return inOneStatement(runtime, (unit) => insertWithJob({ ...runtime, jobs }, unit, received, options))
  }
  return inTransaction(runtime, options.tx, async (unit) => {
    const { profile, byteSize, actorId, tenant } = received
    const usage = await reserveQuota(runtime, unit, { profile, byteSize, ...originOf(actorId, tenant, options.owner) })
    const asset = (await insertAsset(runtime, unit, { ...received, usage, adoption: null }, options)) as Asset
    announceStop(runtime, unit, received)
    unit.enqueue(promoteRequest(runtime, asset))
    if (options.owner !== undefined && options.slot !== undefined) {
      const { owner, slot, order } = options
      await placeUpload(runtime, unit, asset, { owner, slot, isLate: order !== undefined })
    }
    return asset as Asset<P>
  })
}

/** Whether there is nothing to write but the rows of the upload and its job. */
function isAlone({ quotas }: Runtime, { tx, owner }: RegisterOptions): boolean {
  return tx === undefined && owner === undefined && quotas.rule === null
}

async function insertWithJob<P extends string>(
  runtime: Runtime & { readonly jobs: JoiningJobs },
  unit: Insertion,
  received: ReceivedUpload<P>,
  options: RegisterOptions,
): Promise<Asset<P>> {
  const { assetId: id, profile } = received
  const rows = rowsOfUpload(runtime, received, options)
  const [written = {}] = await runtime.jobs.enqueueWith(promoteRequest(runtime, { id, profile }), rows, unit)
  announceStop(runtime, unit, received)
  return assetFromRow(json<Row>(written, 'asset')) as Asset<P>
}

function announceStop(runtime: Runtime, unit: Insertion, { profile, storage, byteSize }: ReceivedUpload): void {
  const adapter = adapterNameOf(runtime, storage)
  unit.emit('rindle.upload.stop', { profile, adapter, strategy: 'proxied' }, { byteSize })
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
