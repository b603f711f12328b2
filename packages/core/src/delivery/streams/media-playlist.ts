import { quoted } from './attribute-list.ts'
import type { StreamIndex } from './stream-index.ts'

/**
 * The media playlist (RFC 8216, 4.3.3) of a rung: all its segments are byte ranges of one file, under one URL. Equal
 * input gives equal text. Pure.
 */
export function rungPlaylist({ init, segments: { bytes, ticks }, timescale }: StreamIndex, url: string): string {
  const seconds = ticks.map((each) => each / timescale)
  const lines = head(Math.max(1, ...seconds.map((each) => Math.round(each))))
  lines.push('#EXT-X-INDEPENDENT-SEGMENTS', `#EXT-X-MAP:URI=${quoted(url)},BYTERANGE="${init}@0"`)
  let start = init
  for (const [place, size] of bytes.entries()) {
    lines.push(`#EXTINF:${seconds[place]?.toFixed(6)},`, `#EXT-X-BYTERANGE:${size}@${start}`, url)
    start += size
  }
  return end(lines)
}

/** The media playlist of a text track: one segment, the whole file. Pure. */
export function textPlaylist(seconds: number, url: string): string {
  const lines = head(Math.max(1, Math.ceil(seconds)))
  lines.push(`#EXTINF:${seconds.toFixed(6)},`, url)
  return end(lines)
}

function head(targetSeconds: number): string[] {
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${targetSeconds}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
  ]
}

function end(lines: string[]): string {
  lines.push('#EXT-X-ENDLIST', '')
  return lines.join('\n')
}
