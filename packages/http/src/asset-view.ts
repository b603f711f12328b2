import { createHash } from 'node:crypto'
import type { FamilyView, StreamView, TrackView, VariantView, WireAsset } from '@rindle/client'
import {
  type AssetWithVariants,
  type ErrorCode,
  type Family,
  isDeliverable,
  isRindleError,
  type MediaTrack,
  type Profile,
  placeholderOf,
  type Stream,
  type Variant,
} from '@rindle/core'
import { isSettledState } from '@rindle/core/adapter'
import type { CalledRindle } from './call.ts'
import { shownMessage } from './shown-message.ts'

/**
 * The codes that mean "there is no URL": by the state, the authorizer, or a variant that the profile no longer
 * declares.
 */
const WITHOUT_URL: readonly ErrorCode[] = ['not_deliverable', 'forbidden', 'unknown_variant']
/** And of a server without the option `streams`. */
const WITHOUT_STREAM: readonly ErrorCode[] = [...WITHOUT_URL, 'capability_unsupported']

/** An asset as this actor may see it. Signs its URLs; makes no query. */
export async function assetView(rindle: CalledRindle, asset: AssetWithVariants, actor: unknown): Promise<WireAsset> {
  const profile = profileOf(rindle, asset)
  const { families: declared, streams } = profile
  const members = new Set(Object.values(declared).flatMap((family) => family.members.map(({ name }) => name)))
  const single = asset.variants.filter(({ name, onDemand }) => !onDemand && !members.has(name))
  const [url, variants, families, playlists, tracks] = await Promise.all([
    urlOrNull(asset, () => rindle.url(asset, { actor })),
    Promise.all(single.map(async (variant) => [variant.name, await view(rindle, asset, variant, actor)])),
    Promise.all(Object.keys(declared).map(async (name) => [name, await familyView(rindle, asset, name, actor)])),
    Promise.all(Object.keys(streams).map(async (name) => [name, await streamView(rindle, asset, name, actor)])),
    Promise.all(asset.tracks.map((track) => trackView(rindle, asset, track, actor))),
  ])
  return {
    id: asset.id,
    profile: asset.profile,
    state: asset.state,
    kind: asset.kind,
    filename: asset.filename,
    contentType: asset.contentType,
    byteSize: asset.byteSize,
    width: asset.width,
    height: asset.height,
    durationMs: asset.durationMs,
    errorReason: asset.errorReason,
    errorMessage: shownMessage(asset),
    settled: isSettledState(asset.state),
    url,
    variants: Object.fromEntries(variants) as Record<string, VariantView>,
    families: Object.fromEntries(families) as Record<string, FamilyView>,
    streams: Object.fromEntries(playlists) as Record<string, StreamView>,
    tracks,
    focus: asset.focus,
    placeholder: placeholderOf(asset, profile),
  }
}

/** Of a profile that this deployment no longer has nothing is shown: its URL is refused with `unknown_profile`. */
function profileOf({ profiles }: CalledRindle, { profile }: AssetWithVariants): ShownProfile {
  return (
    (Object.hasOwn(profiles, profile) ? profiles[profile] : undefined) ?? {
      families: {},
      streams: {},
      placeholder: 'none',
    }
  )
}

type ShownProfile = Pick<Profile, 'placeholder'> & {
  readonly families: Readonly<Record<string, Family>>
  readonly streams: Readonly<Record<string, Stream>>
}

/**
 * A string that differs whenever the asset or a variant differs. Signed URLs, which differ with time, do not count, and
 * neither do variants on demand: no state of the asset depends on them.
 */
export function versionOf(asset: AssetWithVariants): string {
  const variants = asset.variants.filter(({ onDemand }) => !onDemand)
  const text = JSON.stringify({ ...asset, variants })
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

async function familyView(
  rindle: CalledRindle,
  asset: AssetWithVariants,
  name: string,
  actor: unknown,
): Promise<FamilyView> {
  const picture = await urlOrNull(asset, () => rindle.picture(asset, { family: name, alt: '', actor }))
  const { url = null, widths = [], types = [] } = picture?.family ?? {}
  const { width = null, height = null, src = null, srcSet = null } = picture?.img ?? {}
  const sources = (picture?.sources ?? []).map((source) => ({ type: source.type, srcSet: source.srcSet }))
  return { url, widths, types, width, height, src, srcSet, sources }
}

async function streamView(
  rindle: CalledRindle,
  asset: AssetWithVariants,
  name: string,
  actor: unknown,
): Promise<StreamView> {
  return { url: await urlOrNull(asset, () => rindle.streamUrl(asset, name, { actor }), WITHOUT_STREAM) }
}

async function trackView(
  rindle: CalledRindle,
  asset: AssetWithVariants,
  track: MediaTrack,
  actor: unknown,
): Promise<TrackView> {
  const { id, kind, lang, label, isDefault } = track
  return {
    id,
    kind,
    lang,
    label,
    default: isDefault,
    url: await urlOrNull(asset, () => rindle.trackUrl(asset, track, { actor })),
  }
}

async function view(
  rindle: CalledRindle,
  asset: AssetWithVariants,
  variant: Variant,
  actor: unknown,
): Promise<VariantView> {
  const isReady = variant.state === 'ready'
  return {
    state: variant.state,
    outputKind: variant.outputKind,
    progress: variant.progress,
    contentType: variant.contentType,
    byteSize: variant.byteSize,
    width: variant.width,
    height: variant.height,
    durationMs: variant.durationMs,
    errorReason: variant.errorReason,
    errorMessage: shownMessage(variant),
    metadata: variant.metadata,
    url: isReady ? await urlOrNull(asset, () => rindle.variantUrl(asset, variant.name, { actor })) : null,
    storyboard: isReady ? await storyboardOf(rindle, asset, variant, actor) : null,
  }
}

async function storyboardOf(
  rindle: CalledRindle,
  asset: AssetWithVariants,
  { name, metadata }: Variant,
  actor: unknown,
): Promise<string | null> {
  return 'tileCount' in metadata
    ? urlOrNull(asset, () => rindle.storyboardUrl(asset, name, { actor }), WITHOUT_STREAM)
    : null
}

async function urlOrNull<T>(
  asset: AssetWithVariants,
  issue: () => Promise<T>,
  without = WITHOUT_URL,
): Promise<T | null> {
  // A page asks for an asset again and again while it is not delivered yet: an error each time would cost more than the
  // answer.
  if (!isDeliverable(asset.state)) return null
  try {
    return await issue()
  } catch (error) {
    if (isRindleError(error) && without.includes(error.code)) return null
    throw error
  }
}
