import type { SourceFile } from '@rindle/core'
import sharp, { type Metadata } from 'sharp'
import { openSource } from './open-source.ts'

/** What the header of a file says, as far as something is decided by it: plain data, because it crosses processes. */
export interface Picture {
  /** As sharp names it. */
  readonly format: string
  readonly contentType: string | null
  /** Pixels of one frame, as stored. */
  readonly width: number
  /** Pixels of one frame, as stored. */
  readonly height: number
  /** The EXIF tag, whatever is in it; 1 without one. */
  readonly orientation: number
  readonly pages: number
  /** One per frame, as far as the file tells; `null` when it tells nothing. */
  readonly delaysMs: readonly number[] | null
  readonly space: string
  readonly depth: string
  readonly channels: number
  readonly hasAlpha: boolean
  readonly hasProfile: boolean
  /** The colour space of the embedded ICC profile as its header names it; `null` without one. */
  readonly profileSpace: string | null
  readonly isProgressive: boolean
  /** Whether this build of sharp has a decoder for its pixels. */
  readonly isDecodable: boolean
  /** What it has of EXIF, XMP, IPTC, comments and gain maps, by sharp's names. */
  readonly extras: readonly string[]
}

/** Reads the header of a source, or of an output's bytes, and no pixels. Rejects with sharp's error. */
export async function readPicture(from: SourceFile | Buffer): Promise<Picture> {
  // Limits are checked on what comes back, where the message can name the figures.
  const options = { limitInputPixels: false }
  const pipeline = Buffer.isBuffer(from) ? sharp(from, options) : await openSource(from, options)
  return pictureOf(await pipeline.metadata())
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
    isDecodable: metadata.compression !== 'hevc' || canDecodeHevc(),
    extras: (['exif', 'xmp', 'iptc', 'comments', 'gainMap'] as const).filter((kind) => metadata[kind] !== undefined),
  }
}

function canDecodeHevc(): boolean {
  return sharp.format.heif.input.fileSuffix?.includes('.heic') === true
}
