import sharp, { type Sharp } from 'sharp'
import type { Size } from '../geometry.ts'
import type { DecodeInput } from './orders.ts'

/** Pixels in memory, which any number of pipelines can begin on. */
export interface Settled extends Size {
  readonly pipeline: Sharp
}

/**
 * Runs a pipeline up to its pixels, and begins another one on those: sharp has a fixed order of steps, and this makes a
 * second round. With `hasProfile` its profile stays attached. Numbers stay as they are.
 */
export async function settle(
  pipeline: Sharp,
  { timeoutSeconds }: Pick<DecodeInput, 'timeoutSeconds'>,
  hasProfile: boolean,
): Promise<Settled> {
  const timeout = { seconds: timeoutSeconds }
  if (hasProfile) {
    // Raw pixels carry no profile.
    const { data, info } = await pipeline.tiff({ compression: 'none' }).toBuffer({ resolveWithObject: true })
    const again = sharp(data, { limitInputPixels: false }).keepIccProfile().timeout(timeout)
    return { pipeline: again, width: info.width, height: info.height }
  }
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  return {
    pipeline: sharp(data, { raw: { width, height, channels }, limitInputPixels: false }).timeout(timeout),
    width,
    height,
  }
}
