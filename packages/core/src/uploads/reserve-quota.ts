import type { SqlExecutor } from '@rindle/prisma'
import type { QuotaUsage } from '../assets/quota-usage.ts'
import type { Owner } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { isStorableName, MAX_NAME_LENGTH } from '../domain/storable-name.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { number } from '../kernel/sql/row-values.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import type { Quota } from '../ports/quota.ts'
import { type AccountLimits, accountOf, quotaExceeded } from './quota-limits.ts'
import type { UploadOrigin } from './upload-origin.ts'

/** The asset that is to be counted. */
export interface QuotaClaim extends UploadOrigin {
  readonly profile: string
  readonly owner?: Owner
  /** Its size, or the most that it may have. */
  readonly byteSize: number
  /** A piece of another upload is not counted as an asset. @default false */
  readonly isPiece?: boolean
}

/**
 * Reserves the part of an account that a new asset will use: every way in calls it in the transaction that inserts the
 * asset, and writes the result into its row. The row of the account is locked until that transaction ends, so uploads
 * that begin at the same time never exceed a limit together. `null`: it is not counted. `quota_exceeded`.
 */
export async function reserveQuota(
  runtime: Runtime,
  unit: Pick<UnitOfWork, 'executeSql'>,
  claim: QuotaClaim,
): Promise<QuotaUsage | null> {
  const limits = await limitsFor(runtime, unit, claim)
  if (limits === null) return null
  const usage = { account: limits.account, bytes: claim.byteSize, assets: claim.isPiece === true ? 0 : 1 }
  const { maxBytes, maxAssets } = limits
  const { rows } = await unit.executeSql(
    `insert into rindle.media_quotas as quota (account, bytes, assets, max_bytes, max_assets)
     select $1::text, $2::bigint, $3::bigint, $4::bigint, $5::bigint
     where $2::bigint <= coalesce($4::bigint, $2::bigint) and $3::bigint <= coalesce($5::bigint, $3::bigint)
     on conflict (account) do update
     set bytes = quota.bytes + excluded.bytes, assets = quota.assets + excluded.assets, max_bytes = excluded.max_bytes,
       max_assets = excluded.max_assets, updated_at = now()
     where quota.bytes + excluded.bytes <= coalesce(excluded.max_bytes, quota.bytes + excluded.bytes)
       and quota.assets + excluded.assets <= coalesce(excluded.max_assets, quota.assets + excluded.assets)
     returning account`,
    [usage.account, usage.bytes, usage.assets, maxBytes, maxAssets],
  )
  if (rows.length === 0) throw quotaExceeded(limits, await usedOf(unit, limits.account), usage)
  return usage
}

/**
 * Refuses an upload that cannot fit, before its bytes are read; {@link reserveQuota} decides. `quota_exceeded`.
 */
export async function foreseeQuota(runtime: Runtime, claim: QuotaClaim): Promise<void> {
  const limits = await limitsFor(runtime, runtime.database, claim)
  if (limits === null) return
  const { account, maxBytes, maxAssets } = limits
  const used = await usedOf(runtime.database, account)
  const isFull = maxAssets !== null && used.assets >= maxAssets
  if (!isFull && (maxBytes === null || used.bytes + claim.byteSize <= maxBytes)) return
  throw quotaExceeded(limits, used, { account, bytes: claim.byteSize, assets: 1 })
}

/**
 * Refuses an upload of an actor who has as many open ones as the instance allows. Uploads of one actor begin one after the
 * other, so that they do not all count before any of them is there. `quota_exceeded`.
 */
export async function assertMayBegin(
  runtime: Runtime,
  sql: Pick<UnitOfWork, 'executeSql'>,
  origin: UploadOrigin,
): Promise<void> {
  const { rows } = await sql.executeSql(
    `select ${MAY_BEGIN} as may_begin
     from jsonb_to_record($1::jsonb) as given("actorId" text, tenant text, "maxOpen" int, now timestamptz)`,
    [
      JSON.stringify({
        actorId: origin.actorId ?? null,
        tenant: origin.tenant ?? null,
        ...mayBeginGiven(runtime, origin),
      }),
    ],
  )
  if (rows[0]?.['may_begin'] !== true) throw tooManyOpen(runtime)
}

/**
 * Whether an actor may begin another upload, as an expression over a record `given` with "actorId", tenant and the columns
 * of {@link mayBeginGiven}. The function locks the actor until the end of the transaction, and counts after that.
 */
export const MAY_BEGIN = `("maxOpen" is null or rindle.count_open_uploads(tenant, "actorId", now, "maxOpen") < "maxOpen")`

/** The columns of `given` for {@link MAY_BEGIN}. Without an actor nothing is counted. */
export function mayBeginGiven(
  { quotas, now }: Runtime,
  { actorId }: UploadOrigin,
): { readonly maxOpen?: number; readonly now?: string } {
  return actorId === undefined ? {} : { maxOpen: quotas.maxOpenUploads, now: now().toISOString() }
}

/** The error of an actor who has too many open uploads. */
export function tooManyOpen({ quotas: { maxOpenUploads } }: Runtime): RindleError {
  return new RindleError(
    'quota_exceeded',
    `This actor already has ${maxOpenUploads} open uploads, the most that are allowed. Complete or abort some.`,
    { details: { limit: 'open_uploads', maxOpenUploads } },
  )
}

async function limitsFor(runtime: Runtime, tx: SqlExecutor, claim: QuotaClaim): Promise<AccountLimits | null> {
  const { rule } = runtime.quotas
  if (rule === null) return null
  const { profile, actorId = null, owner = null, tenant = null } = claim
  const given: Quota | null | undefined = await rule({ profile, actorId, owner, tenant, tx })
  if (given === null || given === undefined) return null
  const account = given.account ?? accountOf({ actorId, owner, tenant })
  if (account === null) return null
  assertQuota(given)
  return { account, maxBytes: given.maxBytes ?? null, maxAssets: given.maxAssets ?? null }
}

/** A limit that is no number would be none. */
function assertQuota({ account, maxBytes, maxAssets }: Quota): void {
  const areNumbers = [maxBytes ?? 0, maxAssets ?? 0].every((limit) => Number.isSafeInteger(limit) && limit >= 0)
  if ((account === undefined || isStorableName(account)) && areNumbers) return
  throw new RindleError(
    'config_invalid',
    `The \`quota\` of createRindle must return { account?, maxBytes?, maxAssets? }: a text of 1 to ${MAX_NAME_LENGTH} ` +
      'characters, and whole numbers from 0 or null.',
  )
}

async function usedOf(sql: SqlExecutor, account: string): Promise<Omit<QuotaUsage, 'account'>> {
  const { rows } = await sql.executeSql('select bytes, assets from rindle.media_quotas where account = $1::text', [
    account,
  ])
  return rows[0] === undefined
    ? { bytes: 0, assets: 0 }
    : { bytes: number(rows[0], 'bytes'), assets: number(rows[0], 'assets') }
}
