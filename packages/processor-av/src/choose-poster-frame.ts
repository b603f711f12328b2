/** Measurements of one frame that may become the poster. */
export interface FrameStatistics {
  /** The time of the frame, from the beginning of the source. */
  readonly seconds: number
  /** How much it differs from the frame examined before, 0 to 1. */
  readonly sceneScore: number
  /** The luminance below which a tenth of the pixels lie: 0 to 255, where 16 is black. */
  readonly dark: number
  /** The luminance above which a tenth of the pixels lie. */
  readonly bright: number
}

// The threshold for a cut in FFmpeg's own examples.
const SCENE_CHANGE = 0.3
const BLACK_BELOW = 40
const FLAT_BELOW = 12

/**
 * Returns the times of the most telling frames, the best first: scene changes that are neither black nor of one colour,
 * then other such frames, then those that are not black; each group in order of time. Empty when all are black. Pure.
 */
export function rankPosterFrames(frames: readonly FrameStatistics[]): readonly number[] {
  const visible = frames.filter(({ bright }) => bright >= BLACK_BELOW)
  const telling = visible.filter(({ bright, dark }) => bright - dark >= FLAT_BELOW)
  const changes = telling.filter(({ sceneScore }) => sceneScore >= SCENE_CHANGE)
  return [...new Set([...changes, ...telling, ...visible])].map(({ seconds }) => seconds)
}

/** Parses the output of the filters `signalstats` and `metadata`. Pure. */
export function parseFrameStatistics(printed: string): readonly FrameStatistics[] {
  return printed
    .split(/^frame:/m)
    .slice(1)
    .map((block) => ({
      seconds: valueOf(block, 'pts_time:'),
      sceneScore: valueOf(block, 'lavfi.scene_score='),
      dark: valueOf(block, 'lavfi.signalstats.YLOW='),
      bright: valueOf(block, 'lavfi.signalstats.YHIGH='),
    }))
    .filter(({ seconds }) => !Number.isNaN(seconds))
}

function valueOf(block: string, key: string): number {
  const begin = block.indexOf(key)
  return begin === -1 ? Number.NaN : Number.parseFloat(block.slice(begin + key.length))
}
