/** What identifies a span in another process: the headers of W3C Trace Context (`traceparent`, `tracestate`). */
export type TraceContext = { readonly [header: string]: string }

/** What a span is told when it begins. */
export interface SpanOptions {
  /** `consumer`: a job is worked; `client`: a storage is called; `internal`: a method of the instance. */
  readonly kind: 'internal' | 'consumer' | 'client'
  /** Facts for whoever reads traces. Unlike events they may hold ids; never secrets, URLs or filenames. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  /** The span that this one follows from. @default the one that is active */
  readonly parent?: TraceContext | undefined
}

/** An event as measurements are made of it. */
export interface RecordedEvent {
  readonly name: string
  /** Low-cardinality: fit for attributes of a metric. */
  readonly metadata: Readonly<Record<string, string | boolean>>
  readonly measurements: Readonly<Record<string, number>>
}

/** A number of the moment, by its name: "rindle.queue.waiting". */
export interface Gauge {
  readonly name: string
  /** In UCUM: "s", "{job}". */
  readonly unit: string
  readonly description: string
}

/** What one gauge shows, for one set of attributes. */
export interface GaugeReading {
  /** That of the {@link Gauge}. */
  readonly name: string
  readonly value: number
  /** Low-cardinality. */
  readonly attributes: Readonly<Record<string, string>>
}

/** The telemetry port: where spans and numbers go. Without one nothing is wrapped, and nothing is recorded. */
export interface Telemetry {
  /** Runs `work` in a span, active meanwhile. A rejection marks it as failed and goes on to the caller. */
  span<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T>
  /** The active span, for a job to carry; `null` when there is none. */
  context(): TraceContext | null
  /** Receives every event of this process. Must not throw. */
  record(event: RecordedEvent): void
  /**
   * Has the gauges read whenever they are wanted, and not otherwise, until the function that it returns is called. Must
   * not throw.
   */
  observe(gauges: readonly Gauge[], read: () => Promise<readonly GaugeReading[]>): () => void
}
