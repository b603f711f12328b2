import { rm } from 'node:fs/promises'
import { RindleError } from '@rindle/core'
import type { ProcessedOutput } from '@rindle/core/adapter'
import { type FrameStatistics, parseFrameStatistics, rankPosterFrames } from './choose-poster-frame.ts'
import { DamageReader } from './damage-reader.ts'
import { assertDiskSpace } from './disk-space.ts'
import type { InputSettings } from './ffmpeg-arguments.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import { fitInside, type Size } from './geometry.ts'
import { JPEG_OPTIONS, MAX_JPEG_BYTES, verifyJpeg } from './jpeg.ts'
import type { Cover, VideoTrack } from './media-facts.ts'
import { assertUndamaged, carefulDecoding, isOfPictures } from './picture-damage.ts'
import { type PictureSource, pictureFilters } from './picture-filters.ts'
import { nothingWritten, runFfmpeg } from './run-ffmpeg.ts'
import type { VariantWork } from './variant-work.ts'

// As wide as the larger video, and as high where the picture is upright.
const BOX: Size = { width: 1280, height: 1280 }

interface LookedAt {
  /** Of the input. */
  readonly options: FfmpegOptions
  readonly maxFrames: number
}

// Key frames are cheap to look at, and encoders set one at each cut; where a video has too few, every frame counts.
const KEY_FRAMES: LookedAt = { options: { skip_frame: 'nokey', t: 300 }, maxFrames: 100 }
const EVERY_FRAME: LookedAt = { options: { t: 20 }, maxFrames: 500 }
const MIN_KEY_FRAMES = 3
/** So many of the best key frames are tried where some are damaged. */
const MAX_KEY_SHOTS = 5

/** How one frame is reached. */
interface Shot {
  readonly settings: InputSettings
  /** Before all others. */
  readonly filters: readonly string[]
}

/**
 * Makes a JPEG of a telling frame: the first good scene change, else the first frame that shows something, of those that
 * are whole. `corrupt_media` when none is.
 */
export async function makePoster(video: VideoTrack, work: VariantWork): Promise<ProcessedOutput> {
  const picture = { index: video.index, ...fitInside(video, BOX) }
  let failure: RindleError | undefined
  for await (const { settings, filters } of shotsOf(video, work)) {
    work.onProgress(0.5)
    const options = { ...carefulDecoding(video), ...settings.options }
    try {
      return await writeJpeg(video, picture, { settings: { ...settings, options }, filters }, work)
    } catch (error) {
      if (!isOfPictures(error)) throw error
      // All must be verdicts for a verdict.
      if (failure?.retryable !== true) failure = error
    }
  }
  throw failure ?? nothingWritten(work.name)
}

/** Makes a JPEG of the cover of a sound recording. `processing_failed`, not to be tried again, when it is damaged. */
export async function makeCoverPoster(cover: Cover, work: VariantWork): Promise<ProcessedOutput> {
  const source = { colorMatrix: null, colorTransfer: null, isHdr: false, isInterlaced: false, height: 1 }
  try {
    return await writeJpeg(source, { index: cover.index, ...fitInside(cover, BOX) }, FIRST_FRAME, work)
  } catch (error) {
    if (!(error instanceof RindleError) || error.code !== 'corrupt_media') throw error
    // The sound may well be whole.
    const message = `Variant ${work.name} cannot be made: the cover picture is damaged.`
    throw new RindleError('processing_failed', message, { retryable: false, cause: error })
  }
}

/**
 * The frames to try, the best first. Decoders that are given key frames alone fail with some formats, or give few of those
 * that a file claims; then whole decoding finds the others. A frame that was found so is decoded from the beginning again:
 * one that is sought may lack what it is made from.
 */
async function* shotsOf(video: VideoTrack, work: VariantWork): AsyncGenerator<Shot> {
  const keyFrames = await lookAt(video, work, KEY_FRAMES)
  const keyShots = rankPosterFrames(keyFrames).slice(0, MAX_KEY_SHOTS).map(keyFrameAt)
  const isEnough = keyFrames.length >= MIN_KEY_FRAMES
  if (isEnough) yield* keyShots
  const [best] = rankPosterFrames(await lookAt(video, work, EVERY_FRAME))
  if (best !== undefined) yield frameAt(best)
  if (!isEnough) yield* keyShots
  if (best !== 0) yield FIRST_FRAME
}

const FIRST_FRAME: Shot = { settings: {}, filters: [] }

// One thread decodes no frame beyond the one that is wanted, whose damage would be laid to that.
function keyFrameAt(seconds: number): Shot {
  return { settings: { seekSeconds: seconds, options: { skip_frame: 'nokey', threads: 1 } }, filters: [] }
}

// Printed times are rounded to a millisecond or less.
function frameAt(seconds: number): Shot {
  return { settings: {}, filters: [`select=gte(t\\,${Math.max(0, seconds - 0.001)})`] }
}

/** The frames that are seen before the decoder gives up count. */
async function lookAt(
  video: VideoTrack,
  { input, name, maxPixels, context }: VariantWork,
  { options, maxFrames }: LookedAt,
): Promise<readonly FrameStatistics[]> {
  let printed = ''
  const filters = [
    'scale=w=160:h=90',
    'format=yuv420p',
    'select=gte(scene\\,0)',
    'signalstats',
    'metadata=print:file=-',
  ]
  const picture = { codec: 'wrapped_avframe', filters, options: { 'frames:v': maxFrames } }
  const looking = runFfmpeg(
    {
      input,
      settings: { options: { ...carefulDecoding(video), ...options } },
      outputs: [{ target: '-', format: 'null', streams: [video.index], video: picture }],
      maxPixels,
      variant: name,
      onOutput: (chunk) => {
        printed += chunk.toString('latin1')
      },
    },
    context,
  )
  try {
    await looking
  } catch (error) {
    if (!isOfPictures(error)) throw error
  }
  return parseFrameStatistics(printed)
}

async function writeJpeg(
  source: PictureSource,
  { index, width, height }: Cover,
  shot: Shot,
  { input, name, path, maxPixels, context }: VariantWork,
): Promise<ProcessedOutput> {
  await assertDiskSpace(context.directory, MAX_JPEG_BYTES)
  const size = { width, height }
  const { filters, isToneMapped } = pictureFilters(source, size, 'jpeg', await context.toolchain.ffmpeg())
  const picture = { codec: 'mjpeg', filters: [...shot.filters, ...filters], options: JPEG_OPTIONS }
  const damage = new DamageReader(input)
  await runFfmpeg(
    {
      input,
      settings: shot.settings,
      outputs: [{ target: path, format: 'image2', streams: [index], video: picture }],
      maxFileBytes: MAX_JPEG_BYTES,
      maxPixels,
      variant: name,
      damage,
    },
    context,
  )
  if (damage.first !== null) {
    // Another attempt may write nothing, and this picture must not be taken for its.
    await rm(path, { force: true })
    assertUndamaged(damage, { input, variant: name })
  }
  const output = await verifyJpeg(path, name, size, context)
  return source.isHdr ? { ...output, metadata: { isToneMapped } } : output
}
