import type { MeterProvider, TracerProvider } from '@opentelemetry/api'

/** Options of `openTelemetry`. */
export interface OpenTelemetryOptions {
  /** Makes the spans. @default the global one, which the application's SDK registers */
  readonly tracerProvider?: TracerProvider
  /** Makes the metrics. @default the global one, which the application's SDK registers */
  readonly meterProvider?: MeterProvider
  /**
   * Whether to report the gauges of queues, states and findings. They come from the database and are the same in every
   * process: with very many processes, a few are enough. @default true
   */
  readonly gauges?: boolean
}
