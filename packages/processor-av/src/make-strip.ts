import type { ProcessedOutput } from '@rindle/core/adapter'
import { assertDiskSpace } from './disk-space.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import { fitInsideEven, type Size } from './geometry.ts'
import { JPEG_OPTIONS, MAX_JPEG_BYTES, verifyJpeg } from './jpeg.ts'
import { durationOf, type VideoTrack } from './media-facts.ts'
import { pictureFilters } from './picture-filters.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import { readPackets } from './run-ffprobe.ts'
import { planStrip, type StripPlan } from './strip-plan.ts'
import type { VariantWork } from './variant-work.ts'

const TILE_BOX: Size = { width: 160, height: 160 }
// The habits of an encoder show in the first half minute.
const KEY_FRAME_SAMPLE_SECONDS = 30

/**
 * Makes one JPEG of tiles spread over the whole duration, row by row, for scrubbing: tile `n` is what is shown in the
 * middle of the time from `n` to `n + 1` times `intervalMs`. What is left of the last row shows the end.
 */
export async function makeStrip(video: VideoTrack, work: VariantWork): Promise<ProcessedOutput> {
  const { context, facts, name, path } = work
  await assertDiskSpace(context.directory, MAX_JPEG_BYTES)
  const durationMs = durationOf([video], facts.durationMs)
  const plan = planStrip(durationMs)
  const tile = fitInsideEven(video, TILE_BOX)
  const keyFrameGap = await longestKeyFrameGap(video, durationMs, work)
  // Reading key frames alone is many times faster, and right where there is one for each tile.
  const options = keyFrameGap <= plan.intervalMs / 1_000 ? { skip_frame: 'nokey' } : {}
  const isToneMapped = await writeStrip(video, plan, tile, options, work)
  const size = { width: tile.width * plan.columns, height: tile.height * plan.rows }
  const output = await verifyJpeg(path, name, size, context)
  const tiles = { ...plan, tileWidth: tile.width, tileHeight: tile.height }
  return { ...output, metadata: video.isHdr ? { ...tiles, isToneMapped } : tiles }
}

async function longestKeyFrameGap(
  video: VideoTrack,
  durationMs: number,
  { input, context }: VariantWork,
): Promise<number> {
  let first: number | undefined
  let last: number | undefined
  let longest = 0
  const meet = (seconds: number): void => {
    longest = Math.max(longest, seconds - (last ?? seconds))
    first ??= seconds
    last = seconds
  }
  const selection = { stream: video.index, firstSeconds: KEY_FRAME_SAMPLE_SECONDS }
  await readPackets(input, selection, context, ({ seconds, isKey }) => {
    if (isKey) meet(seconds)
  })
  if (first === undefined) return Number.POSITIVE_INFINITY
  meet(first + Math.min(KEY_FRAME_SAMPLE_SECONDS, durationMs / 1_000))
  return longest
}

async function writeStrip(
  video: VideoTrack,
  plan: StripPlan,
  tile: Size,
  options: FfmpegOptions,
  { context, input, name, path, maxPixels, onProgress }: VariantWork,
): Promise<boolean> {
  // Lines of neighbouring fields melt into one at this size.
  const source = { ...video, isInterlaced: false }
  const { filters, isToneMapped } = pictureFilters(source, tile, 'jpeg', await context.toolchain.ffmpeg())
  const picture = { codec: 'mjpeg', filters: tileFilters(plan, filters), options: JPEG_OPTIONS }
  let printed = 0
  await runFfmpeg(
    {
      input,
      settings: { options },
      outputs: [{ target: path, format: 'image2', streams: [video.index], video: picture }],
      maxFileBytes: MAX_JPEG_BYTES,
      maxPixels,
      variant: name,
      onOutput: (chunk) => {
        printed += chunk.toString('latin1').split('frame:').length - 1
        onProgress(printed / (plan.columns * plan.rows))
      },
    },
    context,
  )
  return isToneMapped
}

function tileFilters({ columns, rows, intervalMs }: StripPlan, toTile: readonly string[]): readonly string[] {
  return [
    // Rounding to the nearest tile makes each show the middle of its time. A picture that comes alone has no end, and
    // only `pass` lets it through; what is shown last fills up the rest.
    'setpts=PTS-STARTPTS',
    `fps=fps=1000/${intervalMs}:start_time=0:round=near:eof_action=pass`,
    ...toTile,
    `tpad=stop=${columns * rows}:stop_mode=clone`,
    // A score is set for each tile only to be printed, which shows how far the work is.
    'select=gte(scene\\,0)',
    'metadata=print:file=-',
    `tile=layout=${columns}x${rows}`,
  ]
}
