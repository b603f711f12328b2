import { readFile } from 'node:fs/promises'
import type { ProcessedOutput } from '@rindle/core/adapter'
import { type Encoding, encode, encodeAlone } from './encode.ts'
import { outputFrameRate } from './frame-rate.ts'
import { fitInsideEven, type Size } from './geometry.ts'
import { durationOf, type VideoTrack } from './media-facts.ts'
import { pictureFilters } from './picture-filters.ts'
import { PREVIEW_PICTURE_FORMATS, PREVIEW_VIDEO_FORMAT, type PreviewFormat } from './preview-formats.ts'
import { readWebp } from './read-webp.ts'
import type { NormalPreview, NormalPreviewPicture } from './recipes/preview-kinds.ts'
import { nothingWritten } from './run-ffmpeg.ts'
import { endOfPart, partOf, partOfPictures, type SourcePart } from './source-part.ts'
import type { VariantWork } from './variant-work.ts'
import { lastsAsLong, mismatch } from './verify-output.ts'

// No format needs more than this for a pixel of a frame.
const BYTES_PER_PIXEL = 1.5
const SLACK_BYTES = 4 * 1024 ** 2

/** Makes a silent video of a few seconds. */
export async function makePreviewVideo(
  recipe: NormalPreview,
  video: VideoTrack,
  work: VariantWork,
): Promise<ProcessedOutput> {
  return encodeAlone(await planPreview(recipe, PREVIEW_VIDEO_FORMAT, video, work), work)
}

/** Makes an animated picture of a few seconds, which begins again at its end. */
export async function makePreviewPicture(
  recipe: NormalPreviewPicture,
  video: VideoTrack,
  work: VariantWork,
): Promise<ProcessedOutput> {
  const encoding = await planPreview(recipe, PREVIEW_PICTURE_FORMATS[recipe.format], video, work)
  if (recipe.format === 'gif') {
    const { durationMs: _, ...output } = await encodeAlone(encoding, work)
    return output
  }
  await encode([encoding], work, work.onProgress)
  return verifyWebp(encoding, work)
}

async function planPreview(
  recipe: NormalPreview,
  format: PreviewFormat,
  video: VideoTrack,
  work: VariantWork,
): Promise<Encoding> {
  const { context, name, path } = work
  const part = partOfPreview(recipe, video, work)
  const size = fitInsideEven(video, { width: recipe.width, height: recipe.width })
  const { filters, isToneMapped } = pictureFilters(video, size, format.target, await context.toolchain.ffmpeg())
  const frameRate = outputFrameRate(video, recipe.fps)
  const frames = Math.ceil((part.durationMs / 1_000) * frameRate) + 1
  const { contentType, demuxer, codec } = format
  return {
    variant: name,
    settings: part.settings,
    isPart: true,
    output: {
      target: path,
      format: format.muxer,
      streams: [video.index],
      video: {
        codec: format.encoder,
        filters: [...partOfPictures(part, frameRate), ...filters, ...format.filters],
        options: format.encoderOptions(context.config.threads),
      },
      options: { ...endOfPart(part), ...format.muxerOptions },
    },
    maxFileBytes: Math.ceil(size.width * size.height * frames * BYTES_PER_PIXEL) + SLACK_BYTES,
    expected: {
      contentType,
      demuxer,
      videoCodec: codec,
      audioCodec: null,
      size,
      durationMs: part.durationMs,
      frameMs: 1_000 / frameRate,
    },
    metadata: video.isHdr ? { isToneMapped } : {},
  }
}

// A preview is as long as its recipe says wherever the video is, even if it must begin earlier.
function partOfPreview({ at, durationMs }: NormalPreview, video: VideoTrack, work: VariantWork): SourcePart {
  const wholeMs = durationOf([video], work.facts.durationMs)
  const wantedMs = typeof at === 'number' ? at : Math.round(at.share * wholeMs)
  const startMs = Math.max(0, Math.min(wantedMs, wholeMs - durationMs))
  return partOf({ startMs, durationMs }, [video], work)
}

/** Reads an animated WebP back, which ffprobe cannot: dimensions, duration and end. Throws `output_mismatch`. */
async function verifyWebp({ output, expected, metadata }: Encoding, { name }: VariantWork): Promise<ProcessedOutput> {
  const bytes = await readFile(output.target)
  if (bytes.length === 0) throw nothingWritten(name)
  const found = readWebp(bytes)
  if (found === null) throw mismatch(name, ['it is cut off'])
  const { width, height } = expected.size as Size
  const problems: string[] = []
  if (found.width !== width || found.height !== height) {
    problems.push(`it has ${found.width} × ${found.height} pixels instead of ${width} × ${height}`)
  }
  if (found.durationMs !== null && !lastsAsLong(found.durationMs, expected)) {
    problems.push(`it lasts ${found.durationMs} ms instead of ${expected.durationMs} ms`)
  }
  if (problems.length > 0) throw mismatch(name, problems)
  const made = { path: output.target, contentType: expected.contentType, byteSize: bytes.length, width, height }
  return { ...made, ...(Object.keys(metadata).length === 0 ? {} : { metadata }) }
}
