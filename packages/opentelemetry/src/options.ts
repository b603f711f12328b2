import type { MeterProvider, TracerProvider } from '@opentelemetry/api'

/** Options of `openTelemetry`. */
export interface OpenTelemetryOptions {
  /** Makes the spans. @default the global one, which the application's SDK registers */
  readonly tracerProvider?: TracerProvider
  /** Makes the metrics. @default the global one, which the application's SDK registers */
  readonly meterProvider?: MeterProvider
}
