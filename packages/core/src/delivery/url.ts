import type { AssetWithVariants } from '../attachments/read.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { outputKind } from '../domain/recipe-facts.ts'
import { chooseVariant, type NotReadyMode, type StaleMode } from '../domain/stale-policy.ts'
import { isDeliverable } from '../domain/states.ts'
import type { Profile } from '../profile/profile.ts'
import { variantFromRow } from '../rows/entities-from-rows.ts'
import { profileOf, type Runtime, storageOf } from '../runtime.ts'
import { contentDisposition, type Disposition, variantFilename } from './disposition.ts'
import { expiryOf, MAX_EXPIRY_SECONDS } from './expiry.ts'

/** Options of {@link url}. */
export interface UrlOptions {
  /** Given to the profile's authorizer. */
  readonly actor?: unknown
  /** Least remaining life of a signed URL. @default the profile's, else the instance's */
  readonly expiresInSeconds?: number
  /** Active content (SVG, HTML, …) is always an attachment. @default 'inline' */
  readonly disposition?: Disposition
  /** The name a browser saves the file under. @default the sanitised name of the upload */
  readonly filename?: string
}

/** Options of {@link variantUrl}. */
export interface VariantUrlOptions extends UrlOptions {
  /** What a stale variant leads to. @default the profile's, else 'fallback_original' */
  readonly staleMode?: StaleMode
  /** What a variant leads to that has nothing to serve: `placeholder` gives `null`. @default 'original' */
  readonly onNotReady?: NotReadyMode
}

/** A file that may be delivered. */
interface Deliverable {
  readonly key: string
  readonly contentType: string
  readonly filename: string
}

/**
 * A URL of the asset's original: the authorizer is asked first, and a refusal issues nothing. Signed unless the profile
 * is public. No query: the asset is taken as it was read. `not_deliverable`, `forbidden`.
 */
export async function url(runtime: Runtime, asset: Asset, options: UrlOptions = {}): Promise<string> {
  const profile = assertDeliverable(runtime, asset)
  await authorize(profile, asset, undefined, options.actor)
  return issue(runtime, asset, profile, original(asset, options), options)
}

/**
 * A URL of a variant, or of what stands in for it: see {@link VariantUrlOptions}. `null` when the caller shows its own
 * placeholder: it asked for that, or the original is of another kind than the variant (a video instead of its poster).
 * One query when the asset was read without its variants, else none. `unknown_variant`, `not_deliverable`, `forbidden`.
 */
export async function variantUrl(
  runtime: Runtime,
  asset: Asset | AssetWithVariants,
  name: string,
  options: VariantUrlOptions = {},
): Promise<string | null> {
  const profile = assertDeliverable(runtime, asset)
  const declared = Object.hasOwn(profile.variants, name) ? profile.variants[name] : undefined
  if (declared === undefined) {
    const known = Object.keys(profile.variants).join(', ')
    throw new RindleError('unknown_variant', `Profile "${asset.profile}" has no variant "${name}". It has: ${known}.`, {
      details: { variant: name },
    })
  }
  await authorize(profile, asset, name, options.actor)
  const variant = await findVariant(runtime, asset, name)
  const state = variant === undefined ? undefined : { state: variant.state, hasObject: variant.storageKey !== null }
  const staleMode = options.staleMode ?? profile.delivery.staleMode
  const { serve } = chooseVariant(state, staleMode, options.onNotReady ?? 'original')
  if (serve === 'variant') return issue(runtime, asset, profile, made(asset, variant as Variant, options), options)
  if (serve === 'error') {
    throw new RindleError(
      'not_deliverable',
      `Variant "${name}" of asset ${asset.id} is ${variant?.state ?? 'not planned'} and has nothing to serve yet.`,
      { details: { state: variant?.state ?? null }, retryable: true },
    )
  }
  if (serve === 'placeholder' || asset.kind !== outputKind(declared.recipe)) return null
  return issue(runtime, asset, profile, original(asset, options), options)
}

function assertDeliverable(runtime: Runtime, asset: Asset): Profile {
  if (isDeliverable(asset.state)) return profileOf(runtime, asset.profile)
  throw new RindleError('not_deliverable', `Asset ${asset.id} is ${asset.state} and is not delivered.`, {
    details: { state: asset.state },
  })
}

async function authorize(profile: Profile, asset: Asset, variant: string | undefined, actor: unknown): Promise<void> {
  if (profile.delivery.authorize === null) return
  const answer = await profile.delivery.authorize({ asset, ...(variant === undefined ? {} : { variant }), actor })
  if (answer === true) return
  const reason = answer === false ? 'not allowed' : answer
  throw new RindleError('forbidden', `Delivery of asset ${asset.id} was refused: ${reason}.`, { details: { reason } })
}

async function findVariant(
  runtime: Runtime,
  asset: Asset | AssetWithVariants,
  name: string,
): Promise<Variant | undefined> {
  if ('variants' in asset) return asset.variants.find((variant) => variant.name === name)
  const { rows } = await runtime.database.executeSql(
    'select * from rindle.media_variants where asset_id = $1::uuid and name = $2::text',
    [asset.id, name],
  )
  return rows[0] === undefined ? undefined : variantFromRow(rows[0])
}

function original(asset: Asset, options: UrlOptions): Deliverable {
  return {
    key: asset.storageKey,
    contentType: asset.contentType ?? 'application/octet-stream',
    filename: options.filename ?? asset.filename,
  }
}

function made(asset: Asset, variant: Variant, options: UrlOptions): Deliverable {
  const contentType = variant.contentType ?? 'application/octet-stream'
  return {
    key: variant.storageKey as string,
    contentType,
    filename: options.filename ?? variantFilename(asset.filename, variant.name, contentType),
  }
}

async function issue(
  runtime: Runtime,
  asset: Asset,
  profile: Profile,
  file: Deliverable,
  options: UrlOptions,
): Promise<string> {
  const storage = storageOf(runtime, asset.storage)
  const isPublic = profile.delivery.public
  const issued = isPublic
    ? storage.publicUrl(file.key)
    : (
        await storage.signGet(file.key, {
          expiresAt: expiryOf(runtime.now(), lifetime(runtime, profile, options)),
          contentType: file.contentType,
          disposition: contentDisposition(file.filename, file.contentType, options.disposition ?? 'inline'),
        })
      ).url
  runtime.events.emit({
    name: 'rindle.delivery.signed',
    metadata: { profile: asset.profile, adapter: storage.name, mode: isPublic ? 'public' : 'signed' },
    measurements: {},
  })
  return issued
}

function lifetime(runtime: Runtime, profile: Profile, options: UrlOptions): number {
  const seconds = options.expiresInSeconds ?? profile.delivery.expiresInSeconds ?? runtime.deliveryExpiresInSeconds
  if (Number.isFinite(seconds) && seconds >= 1 && seconds <= MAX_EXPIRY_SECONDS) return seconds
  throw new RindleError('invalid_input', `expiresInSeconds must be from 1 to ${MAX_EXPIRY_SECONDS} (seven days).`)
}
