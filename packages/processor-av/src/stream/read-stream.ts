import { type FileHandle, open } from 'node:fs/promises'
import { BoxError, outerBoxes, readBox } from './boxes.ts'
import { type Fragment, fragmentOf, type TrackHead, trackHead } from './fragments.ts'

/** One part of a stream that is read without the others. */
export interface Segment {
  readonly bytes: number
  readonly ticks: number
  readonly isKey: boolean
}

/** What the boxes of a file of a stream tell. */
export interface StreamFile extends Pick<TrackHead, 'codecs' | 'timescale'> {
  /** Bytes of the head, which begins at 0. */
  readonly init: number
  /** When its first picture or sound is presented, in seconds. */
  readonly beginsAt: number
  /** The first follows the head, and each the one before, without a gap. */
  readonly segments: readonly Segment[]
}

// A head of one track has some hundred bytes. A fragment of 20 seconds at 120 frames a second needs some 40 KB.
const MAX_BOX_BYTES = 1024 ** 2
/** The most segments of a file: a day of those of the usual duration. Their index lies in a row. */
export const MAX_SEGMENTS = 14_400
// Durations in headers are not exact.
const MOST_READ = MAX_SEGMENTS + 100

/**
 * Reads the boxes of a fragmented MP4 file with one track: its heads alone, never its media. Fragments of pictures that
 * begin before the next multiple of `segmentSeconds` make one segment; each fragment of sound is one. Throws
 * {@link BoxError}.
 */
export async function readStream(path: string, segmentSeconds: number | null): Promise<StreamFile> {
  const file = await open(path)
  try {
    return await readBoxes(file, segmentSeconds)
  } catch (error) {
    // A field that lies beyond the end of its box.
    if (error instanceof RangeError) throw new BoxError('a box of it is too short', { cause: error })
    throw error
  } finally {
    await file.close()
  }
}

async function readBoxes(file: FileHandle, segmentSeconds: number | null): Promise<StreamFile> {
  let head: TrackHead | undefined
  let [init, begin] = [0, 0]
  let first: Fragment | undefined
  let fragment: Fragment | undefined
  const segments: Segment[] = []
  for await (const box of outerBoxes(file)) {
    const end = box.at + box.length
    if (box.type === 'moov') {
      head = trackHead(await readBox(file, box, MAX_BOX_BYTES))
      begin = end
      init = end
    }
    if (box.type === 'moof') {
      if (head === undefined) throw new BoxError('it has a fragment before its head')
      fragment = fragmentOf(await readBox(file, box, MAX_BOX_BYTES), head)
      first ??= fragment
    }
    if (box.type !== 'mdat') continue
    if (head === undefined || fragment === undefined) throw new BoxError('it has media outside of its fragments')
    addFragment(segments, { ...fragment, bytes: end - begin }, head.timescale, segmentSeconds)
    if (segments.length > MOST_READ) throw new BoxError(`it has more than ${MOST_READ} segments`)
    begin = end
    fragment = undefined
  }
  if (head === undefined || first === undefined || segments.length === 0) throw new BoxError('it has no fragments')
  const { codecs, timescale, emptySeconds, firstTick } = head
  const beginsAt = emptySeconds + Math.max(0, first.time + first.offset - firstTick) / timescale
  return { codecs, timescale, init, beginsAt, segments }
}

// Key frames are at the first picture at or after a bound; ticks round it by less than this.
const ROUNDING_SECONDS = 0.001

function addFragment(
  segments: Segment[],
  { time, bytes, ticks, isKey }: Fragment & { readonly bytes: number },
  timescale: number,
  segmentSeconds: number | null,
): void {
  const last = segments.at(-1)
  const begins = time / timescale + ROUNDING_SECONDS
  if (last === undefined || segmentSeconds === null || (isKey && begins >= segments.length * segmentSeconds)) {
    segments.push({ bytes, ticks, isKey })
  } else {
    segments[segments.length - 1] = { ...last, bytes: last.bytes + bytes, ticks: last.ticks + ticks }
  }
}
