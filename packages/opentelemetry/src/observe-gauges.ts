import type { BatchObservableCallback, Meter } from '@opentelemetry/api'
import type { Gauge, GaugeReading } from '@rindle/core'

/**
 * Observable gauges. They are read once for all of them when the SDK collects its metrics, and only then. If a reading
 * fails, the SDK reports it and the gauges have no value. Returns the function that stops them.
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
