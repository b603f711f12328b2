import type { Encoding } from './encode.ts'

const MEBIBYTE = 1024 ** 2
// The decoder of the source, and the program itself.
const BASE_BYTES = 192 * MEBIBYTE
// A size of 1080p, two of 720p and one of 480p hold 700 MB together: 107 frames of each. Address space is twice that.
const BYTES_PER_PIXEL = 320

/**
 * Splits outputs that could share a run into as few runs as stay within the limit of memory, in their order. An output
 * that alone is more than that has a run of its own. Pure.
 */
export function fittingRuns<Planned extends { readonly encoding: Pick<Encoding, 'expected'> }>(
  planned: readonly Planned[],
  maxMemoryBytes: number,
): readonly (readonly Planned[])[] {
  const runs: Planned[][] = []
  let held = 0
  for (const each of planned) {
    const { width = 0, height = 0 } = each.encoding.expected.size ?? {}
    const bytes = width * height * BYTES_PER_PIXEL
    const run = runs.at(-1)
    if (run === undefined || held + bytes > maxMemoryBytes) {
      runs.push([each])
      held = BASE_BYTES + bytes
    } else {
      run.push(each)
      held += bytes
    }
  }
  return runs
}
