import type { MeterProvider, TracerProvider } from '@opentelemetry/api'

/** Options of `openTelemetry`. */
export interface OpenTelemetryOptions {
  /** Makes the spans. @default the global one, which the application's SDK registers */
  readonly tracerProvider?: TracerProvider
  /** Makes the metrics. @default the global one, which the application's SDK registers */
  readonly meterProvider?: MeterProvider
  /**
   * Whether the gauges of queues, states and findings are told. They are those of the database, the same in every
   * process: of very many processes, some are enough. @default true
   */
  readonly gauges?: boolean
}
