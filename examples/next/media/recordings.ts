import { json } from 'node:stream/consumers'
import {
  type AssetWithVariants,
  type AudioAttributes,
  isDeliverable,
  type MediaTrack,
  type Picture,
  type Player,
  type VideoAttributes,
} from '@rindle/core'
import { lessonOwner } from './owners.ts'
import { rindle } from './rindle.ts'

/** The recording on a lesson's page. It can be played before all of it is made. */
export type Recording =
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'checking'; readonly assetId: string }
  | (Playable & { readonly kind: 'video'; readonly player: Player<VideoAttributes> })
  | (Playable & {
      readonly kind: 'audio'
      readonly player: Player<AudioAttributes>
      readonly loudness: readonly number[]
    })

interface Playable {
  readonly assetId: string
  readonly isSettled: boolean
  readonly tracks: readonly MediaTrack[]
}

/** The number of bars of a waveform. */
const BARS = 120

/** The recording of a lesson; `null` if it has none. */
export async function recordingOf(lessonId: string): Promise<Recording | null> {
  const attachment = await rindle.attachmentFor(lessonOwner(lessonId), 'recording')
  if (attachment === null) return null
  const asset = rindle.narrow(attachment.asset, 'lesson')
  if (asset.state === 'quarantined') return { kind: 'failed', message: asset.errorMessage ?? '' }
  const { id: assetId, tracks } = asset
  if (!isDeliverable(asset.state)) return { kind: 'checking', assetId }
  const playable = { assetId, tracks, isSettled: asset.state === 'ready' || asset.state === 'degraded' }
  if (asset.kind === 'video') {
    const player = await rindle.video(asset, {
      stream: 'film',
      variants: ['video'],
      poster: 'poster',
      storyboard: 'strip',
    })
    return { kind: 'video', ...playable, player }
  }
  const player = await rindle.audio(asset, { variants: ['sound'] })
  return { kind: 'audio', ...playable, player, loudness: await loudnessOf(asset) }
}

/** The posters of these lessons, by lesson; none for sounds, and while they are being made. */
export async function postersOf(lessonIds: readonly string[]): Promise<ReadonlyMap<string, Picture>> {
  const attachments = await rindle.attachmentsFor(lessonIds.map(lessonOwner), ['recording'])
  const withPoster = attachments.filter(({ asset }) => readyVariant(asset, 'poster') !== undefined)
  const posters = withPoster.map(async ({ ownerId, asset }) => {
    const picture = await rindle.picture(rindle.narrow(asset, 'lesson'), { variants: ['poster'], alt: '' })
    return [ownerId, picture] as const
  })
  return new Map(await Promise.all(posters))
}

function readyVariant(asset: AssetWithVariants, name: string): AssetWithVariants['variants'][number] | undefined {
  return asset.variants.find((variant) => variant.name === name && variant.state === 'ready')
}

/**
 * How loud each part is, 0 to 1 of the loudest. Read here and not by the page: it is shown at once, and a bucket needs
 * no CORS rule for it.
 */
async function loudnessOf(asset: AssetWithVariants<'lesson'>): Promise<readonly number[]> {
  const variant = readyVariant(asset, 'waveform')
  if (variant === undefined || variant.storageKey === null) return []
  const { body } = await rindle.storageAdapterFor('lesson').get(variant.storageKey)
  const { peaks } = (await json(body)) as { readonly peaks: readonly number[] }
  const perBar = Math.ceil(peaks.length / BARS)
  const bars = Array.from({ length: BARS }, (_, bar) => {
    const samples = peaks.slice(bar * perBar, (bar + 1) * perBar).map(Math.abs)
    return Math.max(0, ...samples)
  })
  const loudest = Math.max(...bars)
  return loudest === 0 ? bars : bars.map((loudness) => loudness / loudest)
}
