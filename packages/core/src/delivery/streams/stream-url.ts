import type { AssetWithVariants } from '../../assets/read.ts'
import type { Asset } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import { expiryOf } from '../../domain/expiry.ts'
import { isServable } from '../../domain/stale-policy.ts'
import type { Runtime, StreamRuntime } from '../../kernel/runtime.ts'
import type { Profile } from '../../profile/profile.ts'
import { announceIssued, type IssueOptions, lifetimeOf } from '../urls/issue-url.ts'
import { assertDeliverable, authorize, declaredVariant } from '../urls/url.ts'
import { withVariants } from '../urls/with-variants.ts'
import { declaredStream, playableStream } from './playable-stream.ts'
import { stripTilesOf } from './storyboard.ts'
import { signStreamToken } from './stream-token.ts'

/** Options of {@link streamUrl} and {@link storyboardUrl}. */
export interface StreamUrlOptions extends Pick<IssueOptions, 'expiresInSeconds'> {
  /** Passed to the profile's authorizer, with the name of the stream or of the strip as that of the variant. */
  readonly actor?: unknown
}

/**
 * Returns the URL of a stream's master playlist. Asks the authorizer first. It lives as long as other URLs do, but at
 * least twice the film: players come back for a playlist in the middle of it. That of a public profile never expires.
 * `null` until its pictures can be played in some size, and with their sound. One query when the asset was read without
 * its variants, else none. `not_deliverable`, `forbidden`, `unknown_variant`, `capability_unsupported` without the option
 * `streams`.
 */
export async function streamUrl(
  runtime: Runtime,
  reference: Asset | AssetWithVariants,
  name: string,
  options: StreamUrlOptions = {},
): Promise<string | null> {
  const profile = assertDeliverable(runtime, reference)
  const stream = declaredStream(profile, reference.profile, name)
  const streams = streamsOf(runtime)
  await authorize(profile, reference, name, options.actor)
  const [asset] = await withVariants(runtime, [reference])
  const playable = playableStream(profile, asset, stream)
  if (playable === null) return null
  const file = { name, path: 'master.m3u8', durationSeconds: playable.durationSeconds }
  return issue(runtime, streams, { asset, profile, ...file }, options)
}

/**
 * Returns the URL of a storyboard: WebVTT whose cues name the places of a thumbnail strip (`#xywh`). `null` while the
 * strip is not ready, and for any other image. Otherwise as {@link streamUrl}.
 */
export async function storyboardUrl(
  runtime: Runtime,
  reference: Asset | AssetWithVariants,
  name: string,
  options: StreamUrlOptions = {},
): Promise<string | null> {
  const profile = assertDeliverable(runtime, reference)
  declaredVariant(profile, reference.profile, name)
  const streams = streamsOf(runtime)
  await authorize(profile, reference, name, options.actor)
  const [asset] = await withVariants(runtime, [reference])
  const strip = asset.variants.find((variant) => variant.name === name)
  if (strip === undefined || !isServable(strip, profile.delivery.staleMode) || stripTilesOf(strip) === null) return null
  const file = { name, path: `${name}.vtt`, durationSeconds: (asset.durationMs ?? 0) / 1_000 }
  return issue(runtime, streams, { asset, profile, ...file }, options)
}

/** The options of streams. `capability_unsupported` without them. */
export function streamsOf({ streams }: Runtime): StreamRuntime {
  if (streams !== null) return streams
  throw new RindleError(
    'capability_unsupported',
    'Streams need the option `streams` of createRindle, with the base URL of your route and a secret.',
    { details: { capability: 'streams', flow: 'delivery' } },
  )
}

interface IssuedFile {
  readonly asset: Asset
  readonly profile: Profile
  readonly name: string
  readonly path: string
  readonly durationSeconds: number
}

function issue(
  runtime: Runtime,
  { baseUrl, tokens }: StreamRuntime,
  { asset, profile, name, path, durationSeconds }: IssuedFile,
  options: StreamUrlOptions,
): string {
  const maxSeconds = runtime.maxDeliveryExpiresInSeconds
  const asked = lifetimeOf(runtime, profile, options)
  const seconds = Math.min(maxSeconds, Math.max(asked, Math.ceil(2 * durationSeconds)))
  const lives = profile.delivery.public
    ? { lifetimeSeconds: 0, expiresAt: null }
    : { lifetimeSeconds: Math.floor(seconds), expiresAt: expiryOf(runtime.now(), seconds, maxSeconds) }
  const token = signStreamToken(tokens, { assetId: asset.id, name, ...lives })
  announceIssued(runtime, asset, profile)
  return `${baseUrl}/streams/${token}/${path}`
}
