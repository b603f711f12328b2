import { json } from 'node:stream/consumers'
import type { AssetWithVariants, AudioAttributes, Picture, Player, VideoAttributes } from '@rindle/core'
import { lessonOwner } from './owners.ts'
import { rindle } from './rindle.ts'

/** A picture of tiles, one for each moment of a video. */
export interface Strip {
  readonly url: string
  readonly tileCount: number
  readonly columns: number
  readonly rows: number
  /** Pixels. */
  readonly tileWidth: number
  /** Pixels. */
  readonly tileHeight: number
  readonly intervalMs: number
}

/** The recording on a lesson's page. */
export type Recording =
  | { readonly kind: 'working'; readonly assetId: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'video'; readonly player: Player<VideoAttributes>; readonly strip: Strip | null }
  | { readonly kind: 'audio'; readonly player: Player<AudioAttributes>; readonly loudness: readonly number[] }

/** The number of bars of a waveform. */
const BARS = 120

/** The recording of a lesson; `null` if it has none. */
export async function recordingOf(lessonId: string): Promise<Recording | null> {
  const attachment = await rindle.attachmentFor(lessonOwner(lessonId), 'recording')
  if (attachment === null) return null
  const asset = rindle.narrow(attachment.asset, 'lesson')
  if (asset.state === 'quarantined') return { kind: 'failed', message: asset.errorMessage ?? '' }
  if (asset.state !== 'ready' && asset.state !== 'degraded') return { kind: 'working', assetId: asset.id }
  if (asset.kind === 'video') {
    const player = await rindle.video(asset, { variants: ['video'], poster: 'poster' })
    return { kind: 'video', player, strip: await stripOf(asset) }
  }
  const player = await rindle.audio(asset, { variants: ['sound'] })
  return { kind: 'audio', player, loudness: await loudnessOf(asset) }
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

async function stripOf(asset: AssetWithVariants<'lesson'>): Promise<Strip | null> {
  const variant = readyVariant(asset, 'strip')
  if (variant === undefined) return null
  const url = await rindle.variantUrl(asset, 'strip', { onNotReady: 'placeholder' })
  return url === null ? null : { url, ...(variant.metadata as unknown as Omit<Strip, 'url'>) }
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
