/** The identity of a span for another process: the headers of W3C Trace Context (`traceparent`, `tracestate`). */
export type TraceContext = { readonly [header: string]: string }

/** The options of a new span. */
export interface SpanOptions {
  /** `consumer`: work on a job; `client`: a call of a storage; `internal`: a method of the instance. */
  readonly kind: 'internal' | 'consumer' | 'client'
  /** Facts for readers of traces. Unlike events they may hold ids; never secrets, URLs or filenames. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  /** The span that this one follows from. @default the active span */
  readonly parent?: TraceContext | undefined
}

/** An event, as recorded for metrics. */
export interface RecordedEvent {
  readonly name: string
  /** Low-cardinality: suitable as attributes of a metric. */
  readonly metadata: Readonly<Record<string, string | boolean>>
  readonly measurements: Readonly<Record<string, number>>
}

/** A gauge, by its name: "rindle.queue.waiting". */
export interface Gauge {
  readonly name: string
  /** A UCUM unit: "s", "{job}". */
  readonly unit: string
  readonly description: string
}

/** The value of one gauge, for one set of attributes. */
export interface GaugeReading {
  /** The name of the {@link Gauge}. */
  readonly name: string
  readonly value: number
  /** Low-cardinality. */
  readonly attributes: Readonly<Record<string, string>>
}

/** The telemetry port: it receives spans and numbers. Without one nothing is wrapped and nothing is recorded. */
export interface Telemetry {
  /** Runs `work` in an active span. A rejection marks the span as failed and reaches the caller. */
  span<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T>
  /** The active span, for a job to carry; `null` when none is active. */
  context(): TraceContext | null
  /** Receives every event of this process. Must not throw. */
  record(event: RecordedEvent): void
  /**
   * Registers gauges: `read` runs when a reader asks for them, and only then, until you call the returned function.
   * Must not throw.
   */
  observe(gauges: readonly Gauge[], read: () => Promise<readonly GaugeReading[]>): () => void
}
