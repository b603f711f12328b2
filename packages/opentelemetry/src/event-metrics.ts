import type { Counter, Histogram, Meter } from '@opentelemetry/api'
import type { RecordedEvent } from '@rindle/core/adapter'

/** Measurements that become histograms, with their units. All others are counts, which add up. */
const DISTRIBUTIONS: Readonly<
  Record<string, { readonly suffix: string; readonly unit: string; readonly scale: number }>
> = {
  durationUs: { suffix: 'duration', unit: 's', scale: 1e-6 },
  byteSize: { suffix: 'size', unit: 'By', scale: 1 },
  offset: { suffix: 'offset', unit: 'By', scale: 1 },
}

/** How often the event happened: the counter of its name already says that. */
const OCCURRENCES = 'count'

/**
 * Metrics of events: a counter by the name of each event, a histogram for each duration (in seconds) and size (in
 * bytes), and a counter for each other measurement. The metadata are the attributes. Instruments are created when first
 * needed.
 */
export class EventMetrics {
  readonly #meter: Meter
  readonly #counters = new Map<string, Counter>()
  readonly #histograms = new Map<string, Histogram>()

  constructor(meter: Meter) {
    this.#meter = meter
  }

  record({ name, metadata, measurements }: RecordedEvent): void {
    const attributes = { ...metadata }
    this.#counter(name).add(1, attributes)
    for (const [measurement, value] of Object.entries(measurements)) {
      const distribution = DISTRIBUTIONS[measurement]
      if (distribution !== undefined) {
        const { suffix, unit, scale } = distribution
        this.#histogram(`${name}.${suffix}`, unit).record(value * scale, attributes)
      } else if (measurement !== OCCURRENCES) this.#counter(`${name}.${measurement}`).add(value, attributes)
    }
  }

  #counter(name: string): Counter {
    const counter = this.#counters.get(name) ?? this.#meter.createCounter(name)
    this.#counters.set(name, counter)
    return counter
  }

  #histogram(name: string, unit: string): Histogram {
    const histogram = this.#histograms.get(name) ?? this.#meter.createHistogram(name, { unit })
    this.#histograms.set(name, histogram)
    return histogram
  }
}
