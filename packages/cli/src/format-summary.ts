/** A count, or a fact beside the counts. */
export type SummaryValue = number | boolean | string | null

/** Counts as aligned lines, `  enqueued: 12`, in the given order. Their form is fixed, for scripts. */
export function formatSummary(counts: Readonly<Record<string, SummaryValue>>): readonly string[] {
  const width = Math.max(0, ...Object.keys(counts).map((name) => name.length)) + 1
  return Object.entries(counts).map(([name, count]) => `  ${`${name}:`.padEnd(width)} ${count}`)
}
