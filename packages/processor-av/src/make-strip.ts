import { rm } from 'node:fs/promises'
import type { ProcessedOutput } from '@rindle/core/adapter'
import { DamageReader } from './damage-reader.ts'
import { assertDiskSpace } from './disk-space.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import { FrameTimes } from './frame-times.ts'
import { fitInsideEven, type Size } from './geometry.ts'
import { durationOf, type VideoTrack } from './media-facts.ts'
import { assertUndamaged, carefulDecoding, isOfPictures } from './picture-damage.ts'
import { pictureFilters } from './picture-filters.ts'
import type { NormalStrip } from './recipes/strip-kind.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import { readPackets } from './run-ffprobe.ts'
import { MAX_PICTURE_BYTES, STILL_FORMATS, verifyPicture } from './still-picture.ts'
import { planStrip, type StripPlan } from './strip-plan.ts'
import type { VariantWork } from './variant-work.ts'
import { assertWhole } from './whole-source.ts'

// The first half minute shows how often an encoder sets key frames.
const KEY_FRAME_SAMPLE_SECONDS = 30
// A strip may miss some minutes of a film. FFmpeg itself gives up at this share of pictures that it cannot decode.
const BEARABLE_DAMAGE = 2 / 3
// The last picture may stay on screen for a while: a shorter rest is not checked.
const MIN_REST_MS = 1_000
const USUAL_FRAME_RATE = 25

/**
 * Makes one JPEG of tiles spread over the whole duration, row by row, for scrubbing. Tile `n` shows the middle of the
 * time from `n` to `n + 1` times `intervalMs`. Spare places in the last row repeat the last tile. Throws
 * `corrupt_media` when most pictures are damaged, or when the file is cut off.
 */
export async function makeStrip(
  { tiles: maxTiles, width }: NormalStrip,
  video: VideoTrack,
  work: VariantWork,
): Promise<ProcessedOutput> {
  const { context, facts, name, path } = work
  await assertDiskSpace(context.directory, MAX_PICTURE_BYTES)
  const durationMs = durationOf([video], facts.durationMs)
  const plan = planStrip(durationMs, maxTiles)
  const tile = fitInsideEven(video, { width, height: width })
  const isToneMapped = await writeTiles(video, plan, tile, work)
  const size = { width: tile.width * plan.columns, height: tile.height * plan.rows }
  const output = await verifyPicture(path, name, size, STILL_FORMATS.jpeg, context)
  const tiles = { ...plan, tileWidth: tile.width, tileHeight: tile.height }
  return { ...output, metadata: video.isHdr ? { ...tiles, isToneMapped } : tiles }
}

async function writeTiles(video: VideoTrack, plan: StripPlan, tile: Size, work: VariantWork): Promise<boolean> {
  const durationMs = plan.intervalMs * plan.tileCount
  // Reading only key frames is many times faster, and right if there is one for each tile.
  if (plan.tileCount > 1 && (await longestKeyFrameGap(video, durationMs, work)) <= plan.intervalMs / 1_000) {
    const strip = await tryStrip(video, plan, tile, KEY_FRAMES, work)
    if (strip !== null && isOfEnough(strip, plan)) return strip.isToneMapped
    await rm(work.path, { force: true })
  }
  const alone = plan.tileCount === 1 ? await tryStrip(video, plan, tile, EVERY_FRAME, work) : null
  const reading = plan.tileCount === 1 ? FIRST_FRAME : EVERY_FRAME
  const { isToneMapped, damage, times } = alone ?? (await writeStrip(video, plan, tile, reading, work))
  const framesSeen = times.lastSeconds * (video.frameRate ?? USUAL_FRAME_RATE) + 1
  assertUndamaged(damage, { input: work.input, variant: work.name }, framesSeen * BEARABLE_DAMAGE)
  const restMs = durationMs - times.lastSeconds * 1_000
  if (restMs > Math.max(MIN_REST_MS, 2 * plan.intervalMs)) await assertWhole(work)
  return isToneMapped
}

/** Whether each tile got about one undamaged picture: files may flag key frames that are not. Pure. */
function isOfEnough({ damage, times }: Strip, { intervalMs, tileCount }: StripPlan): boolean {
  const rest = (intervalMs * tileCount) / 1_000 - times.lastSeconds
  return damage.first === null && Math.max(times.longestGapSeconds, rest) <= (2 * intervalMs) / 1_000
}

/** Writes a strip. Returns `null` when pictures cannot be decoded this way, or when there are none. */
async function tryStrip(
  video: VideoTrack,
  plan: StripPlan,
  tile: Size,
  reading: Reading,
  work: VariantWork,
): Promise<Strip | null> {
  try {
    const strip = await writeStrip(video, plan, tile, reading, work)
    return strip.times.count === 0 ? null : strip
  } catch (error) {
    if (!isOfPictures(error)) throw error
    return null
  }
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

/** How to read the pictures for a strip. */
interface Reading {
  /** Options of the input. */
  readonly options: FfmpegOptions
  /** Filters from pictures to tiles. They print the time of each picture where these are few, else of each tile. */
  readonly filters: (plan: StripPlan, toTile: readonly string[]) => readonly string[]
}

// Rounding to the nearest tile makes each tile show the middle of its time. A single picture has no end, and only
// `pass` lets it through; the last picture fills the rest.
const toTiles = ({ intervalMs }: StripPlan): string =>
  `fps=fps=1000/${intervalMs}:start_time=0:round=near:eof_action=pass`
// The score itself is not used: `metadata` prints a line only for frames that have one.
const PRINT_TIMES = ['select=gte(scene\\,0)', 'metadata=print:file=-']
const KEY_FRAMES: Reading = {
  options: { skip_frame: 'nokey' },
  filters: (plan, toTile) => [...toTile, ...PRINT_TIMES, toTiles(plan)],
}
const EVERY_FRAME: Reading = {
  options: {},
  filters: (plan, toTile) => [toTiles(plan), ...toTile, ...PRINT_TIMES],
}
// Without `fps`, which drops a frame that has no duration in its file.
const FIRST_FRAME: Reading = { options: {}, filters: (_plan, toTile) => toTile }

/** The result of a run that wrote a strip. */
interface Strip {
  readonly isToneMapped: boolean
  readonly damage: DamageReader
  readonly times: FrameTimes
}

async function writeStrip(
  video: VideoTrack,
  plan: StripPlan,
  tile: Size,
  { options, filters: toStrip }: Reading,
  { context, input, name, path, maxPixels, onProgress }: VariantWork,
): Promise<Strip> {
  // At this size the lines of both fields blend, so deinterlacing is not needed.
  const source = { ...video, isInterlaced: false }
  const { filters, isToneMapped } = pictureFilters(source, tile, 'jpeg', await context.toolchain.ffmpeg())
  const { columns, rows, tileCount, intervalMs } = plan
  const layout = [`tpad=stop=${columns * rows}:stop_mode=clone`, `tile=layout=${columns}x${rows}`]
  const allFilters = ['setpts=PTS-STARTPTS', ...toStrip(plan, filters), ...layout]
  const damage = new DamageReader(input)
  const times = new FrameTimes((seconds) => onProgress((seconds * 1_000) / (tileCount * intervalMs)))
  await runFfmpeg(
    {
      input,
      settings: { options: { ...carefulDecoding(video), ...options } },
      outputs: [
        {
          target: path,
          format: 'image2',
          streams: [video.index],
          video: { codec: 'mjpeg', filters: allFilters, options: STILL_FORMATS.jpeg.options },
        },
      ],
      maxFileBytes: MAX_PICTURE_BYTES,
      maxPixels,
      variant: name,
      onOutput: (chunk) => times.read(chunk),
      damage,
    },
    context,
  )
  return { isToneMapped, damage, times }
}
