import type { Channels, Sharp } from 'sharp'
import { convertToSrgb } from './colour/to-srgb.ts'
import type { Correction } from './correction.ts'
import type { Pixels } from './pixels.ts'

/** Decodes the whole picture of a fresh pipeline, and corrects what sharp gets wrong. */
export async function correctedPixels(pipeline: Sharp, correction: Correction): Promise<Pixels> {
  const { colour, bits, deepProfile, keptChannels } = correction
  const isDeep = bits > 8 || colour !== null
  // sharp leaves a grey profile to its last step, which applies it, only if the picture stays grey; a colour profile
  // would be converted to Display P3 unless another one is requested.
  if (deepProfile !== null) pipeline.withIccProfile('srgb', { attach: false })
  if (isDeep) pipeline.toColourspace(deepProfile === 'grey' ? 'grey16' : 'rgb16')
  const { data, info } = await pipeline
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const values = isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data
  const channels = keptChannels ?? info.channels
  const kept = channels === info.channels ? values : withoutOthers(values, info.channels, channels)
  if (colour !== null && kept instanceof Uint16Array) {
    convertToSrgb({ values: kept, channels: channels as 3 | 4 }, colour, ((1 << bits) - 1) << (16 - bits))
  }
  return { data: kept, width: info.width, height: info.height, channels: channels as Channels }
}

// In place: kept samples always move towards the start.
function withoutOthers<Values extends Uint8Array | Uint16Array>(values: Values, from: number, to: number): Values {
  const pixels = values.length / from
  for (let pixel = 1; pixel < pixels; pixel += 1) {
    for (let channel = 0; channel < to; channel += 1) values[pixel * to + channel] = values[pixel * from + channel] ?? 0
  }
  return values.subarray(0, pixels * to) as Values
}
