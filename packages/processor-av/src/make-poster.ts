import { RindleError } from '@rindle/core'
import type { ProcessedOutput } from '@rindle/core/adapter'
import { choosePosterFrame, type FrameStatistics, parseFrameStatistics } from './choose-poster-frame.ts'
import { assertDiskSpace } from './disk-space.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import { fitInside, type Size } from './geometry.ts'
import { JPEG_OPTIONS, MAX_JPEG_BYTES, verifyJpeg } from './jpeg.ts'
import type { Cover, VideoTrack } from './media-facts.ts'
import { type PictureSource, pictureFilters } from './picture-filters.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
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

/** Makes a JPEG of a telling frame: the first good scene change, else the first frame that shows something. */
export async function makePoster(video: VideoTrack, work: VariantWork): Promise<ProcessedOutput> {
  const seconds = await findFrame(video, work)
  work.onProgress(0.5)
  const size = fitInside(video, BOX)
  try {
    return await writeJpeg(video, video.index, size, work, seconds)
  } catch (error) {
    // Seeking to a frame near the end finds nothing in some files; every file that can be decoded has a first frame.
    if (seconds === 0 || !(error instanceof RindleError) || error.code !== 'ffmpeg_failed') throw error
    return writeJpeg(video, video.index, size, work, 0)
  }
}

/** Makes a JPEG of the cover of a sound recording. */
export async function makeCoverPoster(cover: Cover, work: VariantWork): Promise<ProcessedOutput> {
  const source = { colorMatrix: null, colorTransfer: null, isHdr: false, isInterlaced: false, height: 1 }
  return writeJpeg(source, cover.index, fitInside(cover, BOX), work, 0)
}

async function findFrame(video: VideoTrack, work: VariantWork): Promise<number> {
  const keyFrames = await lookAt(video, work, KEY_FRAMES)
  const found = choosePosterFrame(keyFrames)
  if (found !== null && keyFrames.length >= MIN_KEY_FRAMES) return found
  return choosePosterFrame(await lookAt(video, work, EVERY_FRAME)) ?? found ?? 0
}

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
  await runFfmpeg(
    {
      input,
      settings: { options },
      outputs: [
        {
          target: '-',
          format: 'null',
          streams: [video.index],
          video: { codec: 'wrapped_avframe', filters, options: { 'frames:v': maxFrames } },
        },
      ],
      maxPixels,
      variant: name,
      onOutput: (chunk) => {
        printed += chunk.toString('latin1')
      },
    },
    context,
  )
  return parseFrameStatistics(printed)
}

async function writeJpeg(
  source: PictureSource,
  stream: number,
  size: Size,
  { input, name, path, maxPixels, context }: VariantWork,
  seconds: number,
): Promise<ProcessedOutput> {
  await assertDiskSpace(context.directory, MAX_JPEG_BYTES)
  const { filters, isToneMapped } = pictureFilters(source, size, 'jpeg', await context.toolchain.ffmpeg())
  await runFfmpeg(
    {
      input,
      settings: seconds === 0 ? {} : { seekSeconds: seconds },
      outputs: [
        {
          target: path,
          format: 'image2',
          streams: [stream],
          video: { codec: 'mjpeg', filters, options: JPEG_OPTIONS },
        },
      ],
      maxFileBytes: MAX_JPEG_BYTES,
      maxPixels,
      variant: name,
    },
    context,
  )
  const output = await verifyJpeg(path, name, size, context)
  return source.isHdr ? { ...output, metadata: { isToneMapped } } : output
}
