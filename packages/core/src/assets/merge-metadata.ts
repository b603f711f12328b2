import type { SqlExecutor } from '@rindle/prisma'
import type { Asset } from '../domain/entities.ts'
import { type JsonObject, RindleError } from '../domain/errors.ts'
import { NOTIFY_ASSET } from '../events/changes.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import type { AssetReference } from './read.ts'

/** Options of {@link mergeMetadata}. */
export interface MergeMetadataOptions {
  /** The application's transaction. @default a new transaction */
  readonly tx?: SqlExecutor
}

/** Metadata comes with every asset that is read. */
const MOST_BYTES = 64 * 1024

/**
 * Adds values to an asset's `metadata`, beside those of probe and analyzers: a key that is there already is replaced. One
 * statement, so that two calls for different keys lose nothing. Safe to repeat. `not_found`; `invalid_input` for values
 * that are no JSON object, or too large.
 */
export async function mergeMetadata(
  runtime: Runtime,
  asset: AssetReference,
  values: JsonObject,
  { tx = runtime.database }: MergeMetadataOptions = {},
): Promise<Asset> {
  assertId('asset', asset.id)
  const { rows } = await tx.executeSql(
    `update rindle.media_assets as asset set metadata = metadata || $2::jsonb, updated_at = now()
     where id = $1::uuid returning asset.*, ${NOTIFY_ASSET}`,
    [asset.id, jsonOf(values)],
  )
  if (rows[0] === undefined) throw new RindleError('not_found', `There is no asset ${asset.id}.`)
  return assetFromRow(rows[0])
}

function jsonOf(values: JsonObject): string {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) throw notStorable()
  const json = JSON.stringify(values, (key, value: unknown) => {
    for (const text of [key, value]) if (typeof text === 'string' && !isStorable(text)) throw notStorable()
    return value
  })
  if (Buffer.byteLength(json) <= MOST_BYTES) return json
  throw new RindleError('invalid_input', `Metadata must have at most ${MOST_BYTES} bytes as JSON.`)
}

/** PostgreSQL stores neither a NUL nor a lone surrogate. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

function notStorable(): RindleError {
  return new RindleError(
    'invalid_input',
    'Metadata must be a JSON object whose texts hold no NUL and no lone surrogate.',
  )
}
