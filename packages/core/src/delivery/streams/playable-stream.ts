import type { AssetWithVariants } from '../../assets/read.ts'
import type { MediaTrack, Variant } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import { isServable } from '../../domain/stale-policy.ts'
import { isInFlight } from '../../domain/states.ts'
import type { Profile, Stream } from '../../profile/profile.ts'
import type { ListedRung, ListedStream, ListedText } from './master-playlist.ts'
import { durationOf, streamIndexOf } from './stream-index.ts'

/** A rung whose object can be served. */
export interface PlayableRung extends ListedRung {
  readonly variant: Variant
}

/** The part of a stream that can be played now. */
export interface PlayableStream extends ListedStream {
  readonly pictures: readonly PlayableRung[]
  readonly sounds: readonly PlayableRung[]
  /** Seconds: those of its longest rung. */
  readonly durationSeconds: number
}

/** The stream of that name. `unknown_variant`. Pure. */
export function declaredStream(profile: Profile, profileName: string, name: string): Stream {
  const streams: Readonly<Record<string, Stream>> = profile.streams
  const stream = Object.hasOwn(streams, name) ? streams[name] : undefined
  if (stream !== undefined) return stream
  const known = Object.keys(streams).join(', ') || 'none'
  throw new RindleError('unknown_variant', `Profile "${profileName}" has no stream "${name}". Its streams: ${known}.`, {
    details: { variant: name },
  })
}

/**
 * The rungs that are ready, with the asset's captions and subtitles. `null` until there is one of the pictures and one
 * of the sounds, unless no worker makes one any more: a player reads the list once, and a film would have no sound. Pure.
 */
export function playableStream(profile: Profile, asset: AssetWithVariants, { members }: Stream): PlayableStream | null {
  const pictures: PlayableRung[] = []
  const sounds: PlayableRung[] = []
  const awaited = new Set<string>()
  for (const { name, role } of members) {
    const variant = asset.variants.find((each) => each.name === name)
    if (variant === undefined) continue
    const rung = playableRung(profile, variant)
    if (rung !== null) (role === 'video' ? pictures : sounds).push(rung)
    else if (isInFlight(variant.state) || variant.state === 'planned') awaited.add(role)
  }
  if ((awaited.has('video') && pictures.length === 0) || (awaited.has('sound') && sounds.length === 0)) return null
  const rungs = [...pictures, ...sounds]
  if (rungs.length === 0) return null
  const durationSeconds = Math.max(...rungs.map(({ index }) => durationOf(index)))
  return { pictures, sounds, texts: textsOf(asset.tracks), durationSeconds }
}

function playableRung(profile: Profile, variant: Variant): PlayableRung | null {
  if (!isServable(variant, profile.delivery.staleMode)) return null
  const index = streamIndexOf(variant)
  const { name, width, height } = variant
  return index === null ? null : { name, width, height, index, variant }
}

function textsOf(tracks: readonly MediaTrack[]): readonly ListedText[] {
  return tracks.flatMap(({ id, kind, lang, label, isDefault }): readonly ListedText[] =>
    kind === 'captions' || kind === 'subtitles' ? [{ id, kind, lang, label, isDefault }] : [],
  )
}
