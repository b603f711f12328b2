const SAMPLE_INTERVAL_MS = 10
const MEGABYTE = 1_000_000

let baselineBytes: number | undefined

/**
 * Watches the resident memory of this process; the returned function ends that and gives the peak in megabytes above
 * the memory of the process before the first watch.
 */
export function memoryPeak(): () => number {
  baselineBytes ??= process.memoryUsage.rss()
  const baseline = baselineBytes
  let peakBytes = baseline
  const sample = (): void => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
  }
  const timer = setInterval(sample, SAMPLE_INTERVAL_MS)
  return () => {
    sample()
    clearInterval(timer)
    return (peakBytes - baseline) / MEGABYTE
  }
}
