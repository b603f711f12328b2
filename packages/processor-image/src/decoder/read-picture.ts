import { readFile } from 'node:fs/promises'
import type { SourceFile } from '@rindle/core'
import sharp, { type Metadata } from 'sharp'
import { addedDecoderOf } from './added-decoders.ts'
import { addedPicture } from './added-picture.ts'
import { readingFile } from './file-bytes.ts'
import { readBmpHeader } from './formats/bmp.ts'
import { readIcon } from './formats/ico.ts'
import { inCssPixels } from './formats/svg.ts'
import { type Inspection, inspect } from './inspect.ts'
import type { Picture } from './picture.ts'
import { sharpInput } from './sharp-input.ts'

/**
 * Reads the header of a source, and no pixels. Rejects with a `Refusal`, with sharp's error, or with an error of the
 * system if the file cannot be read.
 */
export async function readPicture(source: SourceFile): Promise<Picture> {
  if (source.contentType === 'image/bmp') return readBitmap(source)
  if (source.contentType === 'image/x-icon') return readIconPicture(source)
  const added = addedDecoderOf(source.contentType)
  const header = (await added?.readHeader(source.path)) ?? null
  if (added !== undefined && header !== null) return addedPicture(header, source.contentType, added.decoder.name)
  const inspection = await inspect(source)
  const { from, options } = await sharpInput(source)
  // The caller checks the limits on the result, where the message can name the figures.
  const metadata = await sharp(from, { ...options, limitInputPixels: false }).metadata()
  return corrected(pictureOf(metadata), metadata, inspection)
}

/** Reads the header of an output. Rejects with sharp's error. */
export async function readOutput(bytes: Buffer): Promise<Picture> {
  return pictureOf(await sharp(bytes, { limitInputPixels: false }).metadata())
}

function pictureOf(metadata: Metadata): Picture {
  return {
    format: metadata.format,
    contentType: metadata.mediaType ?? null,
    width: metadata.width,
    height: metadata.height,
    orientation: metadata.orientation ?? 1,
    pages: metadata.pages ?? 1,
    delaysMs: metadata.delay ?? null,
    space: metadata.space,
    depth: metadata.depth,
    channels: metadata.channels,
    hasAlpha: metadata.hasAlpha,
    hasProfile: metadata.hasProfile,
    // Bytes 16 to 19 of an ICC profile.
    profileSpace: metadata.icc?.toString('latin1', 16, 20).trim() ?? null,
    isProgressive: metadata.isProgressive,
    isDecodable: metadata.compression !== 'hevc' || decodesHevc(),
    addedDecoder: null,
    correction: null,
    extras: (['exif', 'xmp', 'iptc', 'comments', 'gainMap'] as const).filter((kind) => metadata[kind] !== undefined),
  }
}

/** Whether this build of sharp decodes HEIC. */
export function decodesHevc(): boolean {
  return sharp.format.heif.input.fileSuffix?.includes('.heic') === true
}

function corrected(picture: Picture, metadata: Metadata, { colour, keptChannels, timing }: Inspection): Picture {
  if (picture.format === 'svg') {
    const { width, height, density = 72 } = metadata
    return { ...picture, width: inCssPixels(width, density), height: inCssPixels(height, density) }
  }
  const moving = timing === null ? {} : { pages: timing.delaysMs.length, delaysMs: timing.delaysMs }
  // In an AVIF an ICC profile precedes the numbers; for a PNG the inspection has already decided.
  const numbered = picture.format === 'heif' && picture.hasProfile ? null : colour
  const isCorrect = numbered === null && keptChannels === null && !isGreyOfProfile(picture)
  if (isCorrect) return { ...picture, ...moving }
  return {
    ...picture,
    ...moving,
    hasAlpha: keptChannels === null ? picture.hasAlpha : keptChannels === 4,
    correction: {
      colour: numbered,
      bits: bitsOf(picture, metadata),
      deepProfile: numbered === null ? deepProfileOf(picture) : null,
      keptChannels,
    },
  }
}

// sharp applies a grey profile to 8 bits, but not after the step that turns grey with transparency into colours.
function isGreyOfProfile({ space, profileSpace, hasAlpha }: Picture): boolean {
  return profileSpace === 'GRAY' && (space === 'grey16' || (space === 'b-w' && hasAlpha))
}

function deepProfileOf({ space, profileSpace }: Picture): 'grey' | 'rgb' | null {
  if (space === 'grey16' && profileSpace === 'GRAY') return 'grey'
  return space === 'rgb16' && profileSpace === 'RGB' ? 'rgb' : null
}

// libvips shifts samples of 10 and 12 bits up to 16.
function bitsOf({ format, depth }: Picture, { bitsPerSample }: Metadata): number {
  if (depth !== 'ushort') return 8
  return format === 'heif' ? (bitsPerSample ?? 16) : 16
}

// The header of a BMP with its palette.
const BMP_HEADER_BYTES = 2048

async function readBitmap({ path }: SourceFile): Promise<Picture> {
  const header = await readingFile(path, (bytes) => bytes.read(0, BMP_HEADER_BYTES))
  const { width, height, masks, isRunLength } = readBmpHeader(header)
  return plainPicture('bmp', 'image/bmp', { width, height }, masks[3] !== 0 || isRunLength)
}

async function readIconPicture({ path }: SourceFile): Promise<Picture> {
  return plainPicture('ico', 'image/x-icon', readIcon(await readFile(path)), true)
}

function plainPicture(
  format: string,
  contentType: string,
  { width, height }: Pick<Picture, 'width' | 'height'>,
  hasAlpha: boolean,
): Picture {
  return {
    format,
    contentType,
    width,
    height,
    orientation: 1,
    pages: 1,
    delaysMs: null,
    space: 'srgb',
    depth: 'uchar',
    channels: hasAlpha ? 4 : 3,
    hasAlpha,
    hasProfile: false,
    profileSpace: null,
    isProgressive: false,
    isDecodable: true,
    addedDecoder: null,
    correction: null,
    extras: [],
  }
}
