import { readFile } from 'node:fs/promises'
import sharp, { type Sharp, type SharpOptions } from 'sharp'
import type { Size } from '../geometry.ts'
import type { DecodedImage } from '../image-decoder.ts'
import { addedDecoderNamed } from './added-decoders.ts'
import { apngPixels } from './apng-pixels.ts'
import { correctedPixels } from './corrected-pixels.ts'
import { readingFile } from './file-bytes.ts'
import { apngTiming } from './formats/apng.ts'
import { readBmpHeader } from './formats/bmp.ts'
import { type Bitmap, ignoreEmptyAlpha, readBmpPixels } from './formats/bmp-pixels.ts'
import { readBmpRuns } from './formats/bmp-runs.ts'
import { readIcon, readIconBitmap } from './formats/ico.ts'
import type { DecodeInput } from './orders.ts'
import { type Pixels, sharpOn } from './pixels.ts'
import { Refusal } from './refusal.ts'
import { type SharpInput, sharpInput } from './sharp-input.ts'
import { tiffAround } from './tiff-around.ts'

/** How to read a source, if it differs from its file or from the strictness of its type. */
export interface Reading {
  /** Replaces the bytes of the file. */
  readonly bytes?: Buffer
  readonly failOn?: SharpOptions['failOn']
}

/**
 * Begins a pipeline on a source, as it is displayed: with `frames` of its frames, turned as EXIF says, and with the
 * corrections that sharp would not make. The caller resizes it to `size`, if given; a larger picture may have that size
 * already. Rejects with sharp's error, or with a `Refusal`.
 */
export async function openSource(
  input: DecodeInput,
  frames: number,
  reading: Reading = {},
  size?: Size,
): Promise<Sharp> {
  if (input.facts.addedDecoder !== null) return openDecoded(input, input.facts.addedDecoder.name, size)
  switch (input.source.contentType) {
    case 'image/bmp':
      return openBitmap(input)
    case 'image/x-icon':
      return openIcon(input)
    case 'image/apng':
      return frames > 1 ? openApng(input, frames) : openBySharp(input, frames, reading)
    default:
      return openBySharp(input, frames, reading)
  }
}

async function openBySharp(input: DecodeInput, frames: number, reading: Reading): Promise<Sharp> {
  const { from, options } = await sharpInput(input.source)
  const asRead = reading.failOn === undefined ? options : { ...options, failOn: reading.failOn }
  const pipeline = begin({ from: reading.bytes ?? from, options: asRead }, input, frames)
  const { correction } = input.facts
  return correction === null ? pipeline : onPixels(await correctedPixels(pipeline, correction), input)
}

function begin({ from, options }: SharpInput, input: DecodeInput, frames: number): Sharp {
  const { facts, limits, timeoutSeconds } = input
  // A drawing is larger in the units of librsvg than in those of CSS.
  const maxPixels = facts.isVector ? limits.maxPixels * 2 : limits.maxPixels
  const all: SharpOptions = {
    ...options,
    // Only animations without orientation come here; sharp refuses to turn the others.
    autoOrient: frames === 1,
    animated: frames > 1,
    ignoreIcc: facts.correction !== null && facts.correction.colour !== null,
    limitInputPixels: Math.floor(maxPixels),
  }
  return sharp(from, all).timeout({ seconds: timeoutSeconds })
}

function onPixels(pixels: Pixels, { timeoutSeconds }: DecodeInput): Sharp {
  return sharpOn(pixels).timeout({ seconds: timeoutSeconds })
}

// Colours are converted after it has been shrunk, which takes a fraction of the time, as with types that sharp shrinks
// while it loads them.
async function openDecoded(input: DecodeInput, name: string, size: Size | undefined): Promise<Sharp> {
  const { source, facts, limits } = input
  const decoded = await addedDecoderNamed(name).decode(source.path, limits.maxPixels)
  assertSame(decoded, input)
  const { icc } = decoded
  const needsColours = icc !== null || facts.correction !== null
  const image = needsColours && size !== undefined ? await shrunk(decoded, size) : decoded
  const pipeline =
    icc === null
      ? onPixels(pixelsOfDecoded(image), input)
      : begin({ from: tiffAround(image, icc), options: { failOn: 'error' } }, input, 1)
  return facts.correction === null ? pipeline : onPixels(await correctedPixels(pipeline, facts.correction), input)
}

async function shrunk(image: DecodedImage, { width, height }: Size): Promise<DecodedImage> {
  // sharp would drop the transparency of a picture that stays grey.
  if (image.channels === 2 || (width >= image.width && height >= image.height)) return image
  const isDeep = image.samples instanceof Uint16Array
  const isGrey = image.channels === 1
  const { data } = await sharpOn(pixelsOfDecoded(image))
    .resize(width, height, { fit: 'fill' })
    .toColourspace(isGrey ? (isDeep ? 'grey16' : 'b-w') : isDeep ? 'rgb16' : 'srgb')
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const samples = isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data
  return { ...image, samples, width, height }
}

function pixelsOfDecoded({ samples, width, height, channels }: DecodedImage): Pixels {
  return { data: samples, width, height, channels }
}

async function openBitmap(input: DecodeInput): Promise<Sharp> {
  const bytes = await readFile(input.source.path)
  const layout = readBmpHeader(bytes)
  assertSame(layout, input)
  const bitmap = layout.isRunLength ? readBmpRuns(bytes, layout) : readBmpPixels(bytes, layout)
  if (layout.masks[3] !== 0) ignoreEmptyAlpha(bitmap)
  return onPixels(pixelsOf(bitmap), input)
}

async function openIcon(input: DecodeInput): Promise<Sharp> {
  const icon = readIcon(await readFile(input.source.path))
  assertSame(icon, input)
  if (icon.isPng) return begin({ from: icon.bytes, options: { failOn: 'error' } }, input, 1)
  return onPixels(pixelsOf(readIconBitmap(icon)), input)
}

// Before memory is allocated for its pixels: their number was within the limits when the header was read.
function assertSame({ width, height }: Size, { facts }: DecodeInput): void {
  if (width === facts.width && height === facts.height) return
  throw new Refusal('corrupt_media', 'The file is not the verified one: its picture has another size.')
}

function pixelsOf({ pixels, width, height }: Bitmap): Pixels {
  return { data: pixels, width, height, channels: 4 }
}

async function openApng(input: DecodeInput, frames: number): Promise<Sharp> {
  const { source, facts } = input
  const decode = async (png: Buffer): Promise<Pixels> => {
    const still = await openBySharp({ ...input, source: { ...source, contentType: 'image/png' } }, 1, { bytes: png })
    const { data, info } = await still.ensureAlpha(1).raw().toBuffer({ resolveWithObject: true })
    return { data, width: info.width, height: info.height, channels: 4 }
  }
  const { timing, pixels } = await readingFile(source.path, async (bytes) => ({
    timing: await apngTiming(bytes),
    pixels: await apngPixels(bytes, facts, frames, decode),
  }))
  // Pixels carry no timing; these options stay when the encoder gets its other options.
  return onPixels(pixels, input).webp({ delay: [...facts.delaysMs], loop: timing?.loop ?? 0 })
}
