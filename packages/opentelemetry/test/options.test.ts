import { metrics, trace } from '@opentelemetry/api'
import { isRindleError } from '@rindle/core'
import { expect, it } from 'vitest'
import { type OpenTelemetryOptions, openTelemetry } from '../src/index.ts'

it('reports every problem of the options at once, with its path', () => {
  const wrong = { tracerProvider: metrics, meterProvider: null, gauges: 'yes', gauge: false }
  let problems: unknown
  try {
    openTelemetry(wrong as unknown as OpenTelemetryOptions)
  } catch (error) {
    problems = isRindleError(error, 'config_invalid') ? error.details['problems'] : error
  }
  expect(problems).toHaveLength(4)
  expect(problems).toEqual(
    expect.arrayContaining([
      { path: 'tracerProvider', message: 'must have a method getTracer' },
      { path: 'meterProvider', message: 'must have a method getMeter' },
      { path: 'gauges', message: expect.any(String) },
      { path: 'gauge', message: expect.any(String) },
    ]),
  )
})

it('takes the providers that the API has, and none', () => {
  expect(() => openTelemetry({ tracerProvider: trace, meterProvider: metrics, gauges: false })).not.toThrow()
  expect(() => openTelemetry()).not.toThrow()
})
