import type { BatchObservableCallback, Meter } from '@opentelemetry/api'
import type { Gauge, GaugeReading } from '@rindle/core'

/**
 * Observable gauges: read when the SDK collects its metrics, once for all of them, and not otherwise. A reading that fails
 * is for the SDK to report; nothing is told then. Returns what ends it.
 */
export function observeGauges(
  meter: Meter,
  gauges: readonly Gauge[],
  read: () => Promise<readonly GaugeReading[]>,
): () => void {
  const instruments = new Map(
    gauges.map(({ name, unit, description }) => [name, meter.createObservableGauge(name, { unit, description })]),
  )
  const observe: BatchObservableCallback = async (result) => {
    for (const { name, value, attributes } of await read()) {
      const instrument = instruments.get(name)
      if (instrument !== undefined) result.observe(instrument, value, attributes)
    }
  }
  meter.addBatchObservableCallback(observe, [...instruments.values()])
  return () => meter.removeBatchObservableCallback(observe, [...instruments.values()])
}
