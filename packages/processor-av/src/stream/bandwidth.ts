import type { StreamFile } from './read-stream.ts'

/** Bits per second. */
export interface Bandwidth {
  /** The most of any run of segments that lasts about as long as one (RFC 8216, 4.3.4.2). */
  readonly bandwidth: number
  readonly averageBandwidth: number
}

/** Measures the bandwidth of a file's segments. Pure. */
export function bandwidthOf({ segments, timescale }: Pick<StreamFile, 'segments' | 'timescale'>): Bandwidth {
  const rate = (bytes: number, ticks: number): number => Math.ceil((bytes * 8 * timescale) / ticks)
  const longest = Math.max(...segments.map(({ ticks }) => ticks))
  const whole = segments.reduce((sum, each) => ({ bytes: sum.bytes + each.bytes, ticks: sum.ticks + each.ticks }), {
    bytes: 0,
    ticks: 0,
  })
  const averageBandwidth = rate(whole.bytes, whole.ticks)
  let bandwidth = averageBandwidth
  for (const start of segments.keys()) {
    let [bytes, ticks] = [0, 0]
    for (let end = start; end < segments.length; end += 1) {
      const next = segments[end]
      if (next === undefined || ticks + next.ticks > longest * 1.5) break
      bytes += next.bytes
      ticks += next.ticks
      if (ticks >= longest / 2) bandwidth = Math.max(bandwidth, rate(bytes, ticks))
    }
  }
  return { bandwidth, averageBandwidth }
}
