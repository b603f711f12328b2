import sharp, { type Sharp } from 'sharp'
import type { PageFormat } from '../recipes/formats.ts'
import type { NormalPage } from '../recipes/page-kind.ts'
import type { PixelSize } from './fit-page.ts'
import type { WrittenPage } from './orders.ts'

// Pages side by side use the cores better than threads within one, and a cache would return old pixels for a path.
sharp.concurrency(1)
sharp.cache(false)

/** Encodes pixels (RGBA) into a file, and reads that back. */
export async function encodePage(
  pixels: Buffer,
  size: PixelSize,
  { format, quality, background }: Pick<NormalPage, 'format' | 'quality' | 'background'>,
  path: string,
): Promise<Omit<WrittenPage, 'hasMissingGlyphs'>> {
  const pipeline = sharp(pixels, { raw: { ...size, channels: 4 }, limitInputPixels: false })
  if (background.endsWith('ff')) pipeline.removeAlpha()
  const { size: byteSize } = await ENCODERS[format](pipeline, quality).toFile(path)
  const written = await sharp(path, { limitInputPixels: false }).metadata()
  const writtenFormat = written.format === 'heif' ? 'avif' : written.format
  return { format: writtenFormat, width: written.width, height: written.height, byteSize }
}

/** The version of sharp. */
export const SHARP_VERSION: string = sharp.versions.sharp ?? ''

type Encoder = (pipeline: Sharp, quality: number) => Sharp

const ENCODERS: Readonly<Record<PageFormat, Encoder>> = {
  webp: (pipeline, quality) => pipeline.webp({ quality }),
  // sharp takes any `quality` of a PNG as a request for a palette.
  png: (pipeline, quality) => pipeline.png(quality === 100 ? {} : { quality }),
  jpeg: (pipeline, quality) => pipeline.jpeg({ quality }),
  // At the encoder's own effort of 4 it takes six times as long, for 2 % fewer bytes.
  avif: (pipeline, quality) => pipeline.avif({ quality, effort: 2 }),
}
