import type { Asset, MediaTrack, Variant } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import { expiryOf } from '../../domain/expiry.ts'
import { adapterNameOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { SignedRequest } from '../../ports/storage.ts'
import type { Profile } from '../../profile/profile.ts'
import { contentDisposition, type Disposition, trackFilename, variantFilename } from './disposition.ts'

/** Options of an issued URL. */
export interface IssueOptions {
  /** The shortest remaining lifetime of a signed URL. @default the profile's, else the instance's */
  readonly expiresInSeconds?: number
  /** Active content (SVG, HTML, …) is always an attachment. @default 'inline' */
  readonly disposition?: Disposition
}

/** One file to deliver. */
export interface DeliveredFile {
  readonly key: string
  readonly contentType: string
  /** The name under which a browser saves it. */
  readonly filename: string
}

/** The original. */
export function originalFile(asset: Asset): DeliveredFile {
  return {
    key: asset.storageKey,
    contentType: asset.contentType ?? 'application/octet-stream',
    filename: asset.filename,
  }
}

/** The object of a variant, which must have one. */
export function variantFile(asset: Asset, variant: Variant): DeliveredFile {
  const contentType = variant.contentType ?? 'application/octet-stream'
  return {
    key: variant.storageKey as string,
    contentType,
    filename: variantFilename(asset.filename, variant.name, contentType),
  }
}

/** The object of a text track. WebVTT is always UTF-8. */
export function trackFile(asset: Asset, track: MediaTrack): DeliveredFile {
  return { key: track.storageKey, contentType: 'text/vtt', filename: trackFilename(asset.filename, track.lang) }
}

/** Makes the URL of a file that the authorizer has granted, and emits the event. Reads no database. */
export async function issueUrl(
  runtime: Runtime,
  place: Pick<Asset, 'storage' | 'profile'>,
  profile: Profile,
  file: DeliveredFile,
  options: IssueOptions,
): Promise<string> {
  const { url } = await signedUrl(runtime, place, profile, file, options)
  announceIssued(runtime, place, profile)
  return url
}

/**
 * The URL alone, for a caller that emits the event itself: a page signs thousands at once, and one promise more for each
 * takes a fiftieth of a signature.
 */
export function signedUrl(
  runtime: Runtime,
  { storage: name }: Pick<Asset, 'storage'>,
  profile: Profile,
  file: DeliveredFile,
  options: IssueOptions,
): Promise<Pick<SignedRequest, 'url'>> | Pick<SignedRequest, 'url'> {
  const storage = storageOf(runtime, name)
  if (profile.delivery.public) return { url: storage.publicUrl(file.key) }
  return storage.signGet(file.key, {
    expiresAt: expiresAtOf(runtime, profile, options),
    contentType: file.contentType,
    disposition: contentDisposition(file.filename, file.contentType, options.disposition ?? 'inline'),
  })
}

/** Tells that a URL was issued. */
export function announceIssued(
  runtime: Runtime,
  place: Pick<Asset, 'storage' | 'profile'>,
  { delivery }: Profile,
): void {
  // A page signs thousands, and making an event for nobody takes a tenth of a signature.
  if (!runtime.events.isHeard('rindle.delivery.signed')) return
  runtime.events.emit({
    name: 'rindle.delivery.signed',
    metadata: {
      profile: place.profile,
      adapter: adapterNameOf(runtime, place.storage),
      mode: delivery.public ? 'public' : 'signed',
    },
    measurements: { count: 1 },
  })
}

/** The expiry of a URL that is issued now. `invalid_input` for a lifetime that no URL may have. */
export function expiresAtOf(runtime: Runtime, profile: Profile, options: Pick<IssueOptions, 'expiresInSeconds'>): Date {
  return expiryOf(runtime.now(), lifetimeOf(runtime, profile, options), runtime.maxDeliveryExpiresInSeconds)
}

/** How long a URL lives at least, in seconds. `invalid_input` for a lifetime that no URL may have. */
export function lifetimeOf(
  runtime: Runtime,
  profile: Profile,
  options: Pick<IssueOptions, 'expiresInSeconds'>,
): number {
  const maxSeconds = runtime.maxDeliveryExpiresInSeconds
  const seconds = options.expiresInSeconds ?? profile.delivery.expiresInSeconds ?? runtime.deliveryExpiresInSeconds
  if (Number.isFinite(seconds) && seconds >= 1 && seconds <= maxSeconds) return seconds
  throw new RindleError(
    'invalid_input',
    `expiresInSeconds must be from 1 to ${maxSeconds}, the longest lifetime of a URL.`,
  )
}
