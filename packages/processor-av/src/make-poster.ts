import { rm } from 'node:fs/promises'
import { RindleError } from '@rindle/core'
import type { ProcessedOutput } from '@rindle/core/adapter'
import { type FrameStatistics, parseFrameStatistics, rankPosterFrames } from './choose-poster-frame.ts'
import { DamageReader } from './damage-reader.ts'
import { assertDiskSpace } from './disk-space.ts'
import type { InputSettings } from './ffmpeg-arguments.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import { fitInside } from './geometry.ts'
import { requireParts } from './inspect-build.ts'
import { type Cover, durationOf, type VideoTrack } from './media-facts.ts'
import { assertUndamaged, carefulDecoding, isOfPictures } from './picture-damage.ts'
import { type PictureSource, pictureFilters } from './picture-filters.ts'
import type { NormalPoster } from './recipes/poster-kind.ts'
import { hasDecoded, nothingWritten, runFfmpeg } from './run-ffmpeg.ts'
import { MAX_PICTURE_BYTES, STILL_FORMATS, type StillFormat, verifyPicture } from './still-picture.ts'
import type { VariantWork } from './variant-work.ts'

interface LookedAt {
  /** Options of the input. */
  readonly options: FfmpegOptions
  readonly maxFrames: number
}

// Key frames are cheap to examine, and encoders set one at each cut. If a video has too few, every frame counts.
const KEY_FRAMES: LookedAt = { options: { skip_frame: 'nokey', t: 300 }, maxFrames: 100 }
const EVERY_FRAME: LookedAt = { options: { t: 20 }, maxFrames: 500 }
const MIN_KEY_FRAMES = 3
const USUAL_FRAME_RATE = 25
/** The number of best key frames to try when some are damaged. */
const MAX_KEY_SHOTS = 5

/** How to reach one frame. */
interface Shot {
  readonly settings: InputSettings
  /** Filters that run before all others. */
  readonly filters: readonly string[]
}

/**
 * Makes a picture of the frame at the recipe's time, or of a telling frame: the first good scene change, else the first
 * frame that shows something. Skips damaged frames, and throws `corrupt_media` when all are damaged.
 */
export async function makePoster(
  { at, width, format }: NormalPoster,
  video: VideoTrack,
  work: VariantWork,
): Promise<ProcessedOutput> {
  const picture = { index: video.index, ...fitInside(video, { width, height: width }) }
  let failure: RindleError | undefined
  for await (const { settings, filters } of at === 'scene' ? shotsOf(video, work) : shotsAt(at, video, work)) {
    work.onProgress(0.5)
    const options = { ...carefulDecoding(video), ...settings.options }
    try {
      return await writePicture(
        video,
        picture,
        { settings: { ...settings, options }, filters },
        STILL_FORMATS[format],
        work,
      )
    } catch (error) {
      if (!isOfPictures(error)) throw error
      // A retryable error wins: only if every frame is damaged is the file damaged.
      if (failure?.retryable !== true) failure = error
    }
  }
  throw failure ?? nothingWritten(work.name)
}

/** Makes a picture of the cover art of an audio file. Throws `processing_failed`, not retryable, when it is damaged. */
export async function makeCoverPoster(
  { width, format }: NormalPoster,
  cover: Cover,
  work: VariantWork,
): Promise<ProcessedOutput> {
  const picture = { index: cover.index, ...fitInside(cover, { width, height: width }) }
  const source = { colorMatrix: null, colorTransfer: null, isHdr: false, isInterlaced: false, height: 1 }
  try {
    return await writePicture(source, picture, FIRST_FRAME, STILL_FORMATS[format], work)
  } catch (error) {
    if (!(error instanceof RindleError) || error.code !== 'corrupt_media') throw error
    // The sound may still be intact.
    const message = `Variant ${work.name} cannot be made: the cover picture is damaged.`
    throw new RindleError('processing_failed', message, { retryable: false, cause: error })
  }
}

/**
 * Yields the frames to try, the best first. In some formats a decoder fails on key frames alone, or returns fewer than
 * the file flags; then a full decode finds others. Such a frame is decoded from the beginning again: after a seek, the
 * frames that it refers to may be missing.
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

/** Yields the frame that is on screen at a moment, then what {@link shotsOf} yields. */
async function* shotsAt(
  at: Exclude<NormalPoster['at'], 'scene'>,
  video: VideoTrack,
  work: VariantWork,
): AsyncGenerator<Shot> {
  const endMs = durationOf([video], work.facts.durationMs)
  // A time at the very end, or after it, is in the middle of the last frame.
  const lastMs = Math.max(0, endMs - 500 / (video.frameRate ?? USUAL_FRAME_RATE))
  const seconds = Math.min(typeof at === 'number' ? at : at.share * endMs, lastMs) / 1_000
  // A format without an index is only known by reading it.
  if (!work.input.isDurationGuessed) yield onScreenAfterSeek(seconds)
  yield onScreenAt(seconds)
  yield* shotsOf(video, work)
}

// The filter shows each frame until the next one, and the last one to the end. Without `noaccurate_seek`, FFmpeg drops
// the frame that is on screen at the moment, if it began before.
const onScreen = (seconds: number): readonly string[] => [`fps=fps=1000:start_time=${seconds}:eof_action=pass`]

function onScreenAfterSeek(seconds: number): Shot {
  return {
    settings: { seekSeconds: seconds, options: { noaccurate_seek: true, threads: 1 } },
    filters: onScreen(0),
  }
}

function onScreenAt(seconds: number): Shot {
  return { settings: {}, filters: onScreen(seconds) }
}

const FIRST_FRAME: Shot = { settings: {}, filters: [] }

// A single thread decodes no later frame, whose damage would count against this one.
function keyFrameAt(seconds: number): Shot {
  return { settings: { seekSeconds: seconds, options: { skip_frame: 'nokey', threads: 1 } }, filters: [] }
}

// Printed times are rounded to a millisecond or less.
function frameAt(seconds: number): Shot {
  return { settings: {}, filters: [`select=gte(t\\,${Math.max(0, seconds - 0.001)})`] }
}

/** Measures frames; those decoded before the decoder gives up count. */
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

async function writePicture(
  source: PictureSource,
  { index, width, height }: Cover,
  shot: Shot,
  format: StillFormat,
  { input, name, path, maxPixels, context }: VariantWork,
): Promise<ProcessedOutput> {
  const build = await context.toolchain.ffmpeg()
  requireParts(build, format.needs ?? {})
  await assertDiskSpace(context.directory, MAX_PICTURE_BYTES)
  const size = { width, height }
  const { filters, isToneMapped } = pictureFilters(source, size, format.target, build)
  const picture = { codec: format.encoder, filters: [...shot.filters, ...filters], options: format.options }
  const damage = new DamageReader(input)
  const run = {
    input,
    settings: shot.settings,
    outputs: [{ target: path, format: format.muxer, streams: [index], video: picture }],
    maxFileBytes: MAX_PICTURE_BYTES,
    maxPixels,
    variant: name,
    damage,
  }
  const messages = await runFfmpeg(run, context)
  if (damage.first !== null) {
    // The next attempt may write nothing, and must not pass off this picture as its own.
    await rm(path, { force: true })
    assertUndamaged(damage, { input, variant: name })
  }
  // Without a picture FFmpeg writes no file, but the header of an AVIF.
  if (format.muxer === 'avif' && !hasDecoded(messages, run)) throw nothingWritten(name)
  const output = await verifyPicture(path, name, size, format, context)
  return source.isHdr ? { ...output, metadata: { isToneMapped } } : output
}
