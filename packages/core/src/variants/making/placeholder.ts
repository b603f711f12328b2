import { rm } from 'node:fs/promises'
import type { Asset } from '../../domain/entities.ts'
import { type JsonObject, RindleError } from '../../domain/errors.ts'
import type { OutputKind } from '../../domain/states.ts'
import { NOTIFY_ASSET } from '../../events/changes.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { errorFields } from '../../ports/logger.ts'
import type { ProcessedOutput, SourceFile } from '../../ports/processor.ts'
import type { Profile } from '../../profile/profile.ts'

/** A picture of an asset, as far as the choice of one for the placeholder needs it. */
interface Shown {
  readonly outputKind: OutputKind
  readonly contentType: string | null
  readonly width?: number | null | undefined
  readonly height?: number | null | undefined
  readonly metadata?: JsonObject | undefined
}

/** As the database takes it. */
const THUMB_HASH = /^[A-Za-z0-9+/]{7,60}={0,2}$/

/** Sizes are whole pixels, and may be even ones. */
const SAME_RATIO = 1.1

/**
 * Chooses the picture of which the placeholder is made: the smallest that shows the whole picture of its asset, else the
 * smallest. `undefined`: nothing here makes one of any. Pure.
 */
export function pictureForPlaceholder<P extends Shown>(
  { processors }: Pick<Runtime, 'processors'>,
  asset: Pick<Asset, 'width' | 'height'>,
  pictures: readonly P[],
): P | undefined {
  const shown = pictures.filter(
    ({ outputKind, contentType, metadata }) =>
      // Tiles of a film in columns are no picture of it.
      outputKind === 'image' && metadata?.['columns'] === undefined && canHash(processors, contentType),
  )
  const whole = shown.filter((picture) => isWhole(picture, asset))
  return (whole.length > 0 ? whole : shown).toSorted((a, b) => areaOf(a) - areaOf(b))[0]
}

function isWhole(picture: Shown, asset: Pick<Asset, 'width' | 'height'>): boolean {
  const ratio = ratioOf(picture) / ratioOf(asset)
  return ratio < SAME_RATIO && ratio > 1 / SAME_RATIO
}

function ratioOf({ width, height }: Pick<Shown, 'width' | 'height'>): number {
  return (width ?? Number.NaN) / (height ?? Number.NaN)
}

function areaOf({ width, height }: Shown): number {
  return (width ?? Number.POSITIVE_INFINITY) * (height ?? 1)
}

function canHash(processors: Runtime['processors'], contentType: string | null): boolean {
  return contentType !== null && hasherOf(processors, contentType) !== undefined
}

function hasherOf(processors: Runtime['processors'], contentType: string): Runtime['processors'][number] | undefined {
  return processors.find((processor) => processor.thumbHash !== undefined && processor.probes.has(contentType))
}

/** Whether an asset of this profile is to have a placeholder, and has none. Pure. */
export function lacksPlaceholder({ thumbHash }: Pick<Asset, 'thumbHash'>, { placeholder }: Profile): boolean {
  return placeholder !== 'none' && thumbHash === null
}

/**
 * The ThumbHash of a picture; `null` if no installed processor makes one of its type. Rejects as `Processor.thumbHash`
 * does.
 */
export async function thumbHashOf(
  { processors }: Pick<Runtime, 'processors'>,
  { accept: { maxPixels } }: Profile,
  picture: SourceFile,
  signal: AbortSignal,
): Promise<string | null> {
  const processor = hasherOf(processors, picture.contentType)
  const hash = (await processor?.thumbHash?.(picture, { limits: { maxPixels }, signal })) ?? null
  if (hash === null || THUMB_HASH.test(hash)) return hash
  throw new RindleError(
    'processing_failed',
    `The processor ${processor?.name} did not return a ThumbHash in base64. Report this to its authors.`,
  )
}

/**
 * The same, but never rejects: a placeholder fails nothing. A failure is logged, and `backfillMetadata` tries again.
 * `null` after a failure, and once `signal` is aborted.
 */
export async function tryThumbHash(
  runtime: Pick<Runtime, 'processors' | 'logger'>,
  profile: Profile,
  asset: Pick<Asset, 'id'>,
  picture: SourceFile,
  signal: AbortSignal,
): Promise<string | null> {
  if (signal.aborted) return null
  try {
    return await thumbHashOf(runtime, profile, picture, signal)
  } catch (error) {
    if (!signal.aborted) {
      runtime.logger.warn(
        { assetId: asset.id, ...errorFields(error) },
        'An asset has no placeholder: its ThumbHash could not be made. `rindle backfill-metadata` tries again.',
      )
    }
    return null
  }
}

/**
 * Stores the ThumbHash of an asset that has none, and tells its subscribers. One statement; safe to repeat. Returns
 * whether it did.
 */
export async function writeThumbHash(
  { database }: Pick<Runtime, 'database'>,
  { id, storageKey }: Pick<Asset, 'id' | 'storageKey'>,
  thumbHash: string,
): Promise<boolean> {
  const { rows } = await database.executeSql(
    `update rindle.media_assets as asset set thumb_hash = $3::text, updated_at = now()
     where id = $1::uuid and storage_key = $2::text and thumb_hash is null and state <> 'deleted'
     returning ${NOTIFY_ASSET}`,
    [id, storageKey, thumbHash],
  )
  return rows.length > 0
}

async function isStillLacking({ database }: Runtime, { id }: Pick<Asset, 'id'>): Promise<boolean> {
  const { rows } = await database.executeSql(
    'select 1 from rindle.media_assets where id = $1::uuid and thumb_hash is null',
    [id],
  )
  return rows.length > 0
}

/** Makes the placeholder of an asset of the best of the pictures that one job makes anyway. */
export class JobPlaceholder {
  readonly #runtime: Runtime
  readonly #asset: Asset
  readonly #profile: Profile
  #best: (Shown & { readonly output: ProcessedOutput }) | null = null

  constructor(runtime: Runtime, asset: Asset, profile: Profile) {
    this.#runtime = runtime
    this.#asset = asset
    this.#profile = profile
  }

  /** Whether there is a picture to make it of. */
  get isDue(): boolean {
    return this.#best !== null
  }

  /** Takes over the file of a stored output: keeps that of the best picture, and removes any other. */
  async take(outputKind: OutputKind, output: ProcessedOutput): Promise<void> {
    const offered = { ...output, outputKind, output }
    const known = this.#best === null ? [offered] : [this.#best, offered]
    const best = lacksPlaceholder(this.#asset, this.#profile)
      ? pictureForPlaceholder(this.#runtime, this.#asset, known)
      : undefined
    this.#best = best ?? null
    for (const each of known) if (each !== best) await rm(each.output.path, { force: true })
  }

  /** Makes and stores it, if there is a picture. Never rejects. */
  async make(signal: AbortSignal): Promise<void> {
    const best = this.#best
    this.#best = null
    if (best === null) return
    try {
      // A job of another class may have made it meanwhile.
      if (!(await isStillLacking(this.#runtime, this.#asset))) return
      const hash = await tryThumbHash(this.#runtime, this.#profile, this.#asset, best.output, signal)
      if (hash !== null) await writeThumbHash(this.#runtime, this.#asset, hash)
    } catch (error) {
      const fields = { assetId: this.#asset.id, ...errorFields(error) }
      this.#runtime.logger.warn(fields, 'The ThumbHash of an asset could not be stored.')
    }
  }
}
