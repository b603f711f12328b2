import { context, metrics, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { isRindleError, type Telemetry } from '@rindle/core'
import type { SpanOptions, TraceContext } from '@rindle/core/adapter'
import { EventMetrics } from './event-metrics.ts'
import { observeGauges } from './observe-gauges.ts'
import { type OpenTelemetryOptions, parseOptions } from './options.ts'

const SCOPE = '@rindle/opentelemetry'

const KINDS: Readonly<Record<SpanOptions['kind'], SpanKind>> = {
  internal: SpanKind.INTERNAL,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
}

/**
 * Spans of verbs, jobs and storage calls, and metrics of all events, for the option `telemetry` of `createRindle`.
 * Spans follow the active context of the application, and its propagator carries them with jobs: an SDK registers both.
 * Without an SDK nothing is recorded. Throws `config_invalid`, which lists every problem of the options.
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  const { tracerProvider = trace, meterProvider = metrics, gauges: isGauged } = parseOptions(options)
  const tracer = tracerProvider.getTracer(SCOPE)
  const meter = meterProvider.getMeter(SCOPE)
  const eventMetrics = new EventMetrics(meter)
  return {
    span: (name, { kind, attributes, parent }, work) => {
      const active = context.active()
      const from = parent === undefined ? active : propagation.extract(active, parent)
      return tracer.startActiveSpan(name, { kind: KINDS[kind], attributes }, from, (span) => ending(span, work))
    },
    context: () => {
      const carrier: Record<string, string> = {}
      propagation.inject(context.active(), carrier)
      return Object.keys(carrier).length === 0 ? null : (carrier satisfies TraceContext)
    },
    record: (event) => eventMetrics.record(event),
    observe: (gauges, read) => (isGauged ? observeGauges(meter, gauges, read) : () => {}),
  }
}

async function ending<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const type = typeOf(error)
    // Only the type: messages name keys, and messages of other libraries may hold anything.
    span.setAttribute('error.type', type)
    span.setStatus({ code: SpanStatusCode.ERROR, message: type })
    throw error
  } finally {
    span.end()
  }
}

function typeOf(error: unknown): string {
  if (isRindleError(error)) return error.code
  return error instanceof Error ? error.name : typeof error
}
