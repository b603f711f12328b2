/** A time for people: `640 ms`, `3.2 s`; `-` when it is unknown. */
export function formatDuration(milliseconds: number | null): string {
  if (milliseconds === null) return '-'
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`
}
