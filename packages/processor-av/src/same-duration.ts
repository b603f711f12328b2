const TOLERANCE_MS = 250
const TOLERANCE = 0.01

/** Whether two durations are equal, within what frames and packets of different lengths allow. Pure. */
export function isSameDuration(actualMs: number, expectedMs: number): boolean {
  return Math.abs(actualMs - expectedMs) <= Math.max(TOLERANCE_MS, expectedMs * TOLERANCE)
}
