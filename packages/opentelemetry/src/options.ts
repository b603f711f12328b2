import type { MeterProvider, TracerProvider } from '@opentelemetry/api'

/** Options of `openTelemetry`. */
export interface OpenTelemetryOptions {
  /** @default the global one, which the application's SDK registers */
  readonly tracerProvider?: TracerProvider
  /** @default the global one, which the application's SDK registers */
  readonly meterProvider?: MeterProvider
}
