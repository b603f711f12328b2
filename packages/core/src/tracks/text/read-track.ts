import { writeWebVtt } from './cue.ts'
import { readSubRip } from './read-sub-rip.ts'
import { isWebVtt, readWebVtt } from './read-web-vtt.ts'
import { trackProblem } from './track-problem.ts'

/** The most bytes of a text track, as given and as stored: a film of three hours has some 200 KB. */
export const MAX_TRACK_BYTES: number = 4 * 1024 ** 2

/** The most cues of a text track: a film of three hours has some 3,000. */
export const MAX_TRACK_CUES = 50_000

/** A text track that is safe to store. */
export interface TrackText {
  /** WebVTT in one form: line ends, times and order are the usual ones, and only its own markup is left. */
  readonly webVtt: Buffer
  readonly cueCount: number
}

/**
 * Reads a text track, WebVTT or SubRip, in UTF-8. `invalid_input` for anything else, for bytes or cues beyond
 * {@link MAX_TRACK_BYTES} and {@link MAX_TRACK_CUES}, for a track without cues, and for a cue of WebVTT that players would
 * not show: the error names the line. Pure.
 */
export function readTrack(given: string | Uint8Array): TrackText {
  const text = plainText(decode(given))
  const { blocks, cues } = isWebVtt(text) ? readWebVtt(text) : { blocks: [], cues: readSubRip(text) }
  if (cues.length === 0) {
    throw trackProblem(
      isWebVtt(text) ? 'it has no cue' : 'it is neither WebVTT, which begins with the line WEBVTT, nor SubRip',
    )
  }
  if (cues.length > MAX_TRACK_CUES)
    throw trackProblem(`it has ${cues.length} cues; at most ${MAX_TRACK_CUES} are allowed`)
  const webVtt = Buffer.from(writeWebVtt(blocks, cues))
  assertSize(webVtt.byteLength)
  return { webVtt, cueCount: cues.length }
}

function decode(given: string | Uint8Array): string {
  if (typeof given === 'string') {
    assertSize(Buffer.byteLength(given))
    return given
  }
  if (!(given instanceof Uint8Array)) throw trackProblem('it must be a string or bytes')
  assertSize(given.byteLength)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(given)
  } catch {
    // The only error of a fatal decoder.
    throw trackProblem('it is not in UTF-8; save it as UTF-8')
  }
}

function assertSize(byteSize: number): void {
  if (byteSize > MAX_TRACK_BYTES) throw trackProblem(`it has ${byteSize} bytes; at most ${MAX_TRACK_BYTES} are allowed`)
}

/** With line ends of one kind, and without what no player shows; NUL becomes U+FFFD, as WebVTT has it. */
function plainText(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replaceAll('\u0000', '\uFFFD')
    .replace(/[^\P{Cc}\t\n]/gu, '')
}
