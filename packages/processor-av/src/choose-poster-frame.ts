/** What is known of one frame that may become the poster. */
export interface FrameStatistics {
  /** From the beginning of the source. */
  readonly seconds: number
  /** How much it differs from the frame looked at before, 0 to 1. */
  readonly sceneScore: number
  /** Luminance that a tenth of the pixels is below, 0 to 255, 16 being black. */
  readonly dark: number
  /** Luminance that a tenth of the pixels is above. */
  readonly bright: number
}

// What FFmpeg's own examples take for a cut.
const SCENE_CHANGE = 0.3
const BLACK_BELOW = 40
const FLAT_BELOW = 12

/**
 * The times of the frames that show what a video is about, the best first: scene changes that are neither black nor of one
 * colour, then other such frames, then those that are not black; each in order of time. Empty when all are black. Pure.
 */
export function rankPosterFrames(frames: readonly FrameStatistics[]): readonly number[] {
  const visible = frames.filter(({ bright }) => bright >= BLACK_BELOW)
  const telling = visible.filter(({ bright, dark }) => bright - dark >= FLAT_BELOW)
  const changes = telling.filter(({ sceneScore }) => sceneScore >= SCENE_CHANGE)
  return [...new Set([...changes, ...telling, ...visible])].map(({ seconds }) => seconds)
}

/** Reads the frames out of what the filters `signalstats` and `metadata` print. Pure. */
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
