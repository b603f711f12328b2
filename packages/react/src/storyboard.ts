import type { CSSProperties } from 'react'

/** The picture of one moment of a video: a part of a larger one. */
export interface Thumbnail {
  readonly url: string
  /** Pixels from the left edge of the larger picture. */
  readonly x: number
  /** Pixels from its upper edge. */
  readonly y: number
  /** Pixels. */
  readonly width: number
  /** Pixels. */
  readonly height: number
  /** Shows it as the background of an element without content, such as a `span` or a `div`. */
  readonly style: CSSProperties
}

/** A moment with its picture. */
export interface StoryboardCue {
  /** Seconds. */
  readonly from: number
  /** Seconds; the cue ends before it. */
  readonly to: number
  readonly thumbnail: Thumbnail
}

const TIMES = /^((?:\d+:)?\d\d:\d\d\.\d{3})[ \t]+-->[ \t]+((?:\d+:)?\d\d:\d\d\.\d{3})/
const PART = /^(\S+)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/

/**
 * The cues of a storyboard in WebVTT, whose texts are URLs with a part of a picture: `strip.jpg#xywh=0,0,160,90`. Other
 * cues are left out. `base` is the URL of the file, from which its URLs lead. Pure.
 */
export function storyboardCues(vtt: string, base: string): readonly StoryboardCue[] {
  const lines = vtt.split(/\r\n|\n|\r/)
  return lines.flatMap((line, index): StoryboardCue[] => {
    const times = TIMES.exec(line)
    const part = PART.exec(lines[index + 1] ?? '')
    if (times === null || part === null) return []
    return [{ from: seconds(times[1]), to: seconds(times[2]), thumbnail: thumbnailOf(part, base) }]
  })
}

/** The picture of a second; the last one for seconds after the end, `null` without any. Pure. */
export function thumbnailAt(cues: readonly StoryboardCue[], second: number): Thumbnail | null {
  const cue = cues.find(({ to }) => second < to) ?? cues.at(-1)
  return cue?.thumbnail ?? null
}

function thumbnailOf([, path = '', ...numbers]: readonly string[], base: string): Thumbnail {
  const [x = 0, y = 0, width = 0, height = 0] = numbers.map(Number)
  const url = new URL(path, base).href
  const background = `url("${url.replaceAll(/["\\]/g, encodeURIComponent)}") ${-x}px ${-y}px no-repeat`
  return { url, x, y, width, height, style: { display: 'block', width, height, background } }
}

/** "01:02.500" or "1:01:02.500". */
function seconds(time = ''): number {
  return time.split(':').reduce((total, part) => total * 60 + Number(part), 0)
}
