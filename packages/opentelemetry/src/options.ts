import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { checkOptions } from '@rindle/core/adapter'
import { z } from 'zod'

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

/** {@link OpenTelemetryOptions}, checked. A provider that is not given is the global one. */
export interface OpenTelemetryConfig {
  readonly tracerProvider?: TracerProvider | undefined
  readonly meterProvider?: MeterProvider | undefined
  readonly gauges: boolean
}

const schema: z.ZodType<OpenTelemetryConfig> = z.strictObject({
  tracerProvider: z.custom<TracerProvider>(has('getTracer'), 'must have a method getTracer').optional(),
  meterProvider: z.custom<MeterProvider>(has('getMeter'), 'must have a method getMeter').optional(),
  gauges: z.boolean().default(true),
})

/** Checks the options. Throws `config_invalid` with every problem and its path. */
export function parseOptions(options: OpenTelemetryOptions): OpenTelemetryConfig {
  return checkOptions('openTelemetry', schema, options)
}

function has(method: string): (value: unknown) => boolean {
  return (value) => typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[method] === 'function'
}
