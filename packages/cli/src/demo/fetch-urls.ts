import type { AssetWithVariants, Rindle, Variant } from '@rindle/core'
import type sharp from 'sharp'
import { deliveryUrls } from '../delivery-urls.ts'
import { formatDimensions } from '../format-dimensions.ts'
import { formatSize } from '../format-size.ts'
import { makeTileImage, type Tile } from './contact-sheet.ts'
import type { UrlAnswer } from './demo-file.ts'
import { drawWaveform } from './draw-waveform.ts'

/** The answers of an asset's URLs. */
export interface FetchedUrls {
  readonly answers: ReadonlyMap<string, UrlAnswer>
  /** Pictures of the variants, made from the received bytes. */
  readonly tiles: readonly Tile[]
}

const FETCH_TIMEOUT_MS = 60_000

/** Signs a URL for the original and for every ready variant, and fetches each as any other client would. */
export async function fetchUrls(rindle: Rindle, asset: AssetWithVariants, sharpOf: typeof sharp): Promise<FetchedUrls> {
  const answers = new Map<string, UrlAnswer>()
  const tiles: Tile[] = []
  for (const { name, url } of await deliveryUrls(rindle, asset)) {
    const media = asset.variants.find((variant) => variant.name === name) ?? asset
    const { status, bytes } = await fetchBytes(url)
    const isWhole = status === 200 && bytes.byteLength === media.byteSize
    answers.set(name, { url, status, byteSize: bytes.byteLength, isWhole })
    if (name === 'original' || !isWhole) continue
    const image = await picture(sharpOf, media.contentType ?? '', bytes)
    if (image === null) continue
    tiles.push({ name, caption: captionOf(media), image })
  }
  return { answers, tiles }
}

/** The picture of a variant for the contact sheet; `null` for sound and moving pictures, which a sheet cannot show. */
async function picture(sharpOf: typeof sharp, contentType: string, bytes: Uint8Array): Promise<Buffer | null> {
  if (contentType.startsWith('image/')) return makeTileImage(sharpOf, bytes)
  return contentType === 'application/json' ? makeTileImage(sharpOf, drawWaveform(bytes)) : null
}

/** Dimensions, if any, format and size. */
function captionOf(media: Pick<Variant, 'width' | 'height' | 'contentType' | 'byteSize'>): string {
  const format = (media.contentType ?? '').split('/')[1] ?? ''
  const dimensions = media.width === null ? [] : [formatDimensions(media)]
  return [...dimensions, format, formatSize(media.byteSize)].join(' ')
}

async function fetchBytes(url: string): Promise<{ readonly status: number | null; readonly bytes: Uint8Array }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) })
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) }
  } catch {
    // A missing answer is a result here: the table shows it.
    return { status: null, bytes: new Uint8Array() }
  }
}
