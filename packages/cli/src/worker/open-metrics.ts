import type { Gauge, GaugeReading } from '@rindle/core'

/** The content type of {@link openMetrics}. */
export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** Units of gauges, as OpenMetrics names them. Counts have none. */
const UNITS: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' }

/**
 * Gauges as OpenMetrics text 1.0: one family for each, with its readings in sequence, and the end marker. Written by
 * hand, because a library would bring counters, histograms and a registry that are not needed here. Pure.
 */
export function openMetrics(gauges: readonly Gauge[], readings: readonly GaugeReading[]): string {
  const byName = Map.groupBy(readings, ({ name }) => name)
  const families = gauges.map((gauge) => familyOf(gauge, byName.get(gauge.name) ?? []))
  return [...families.flat(), '# EOF', ''].join('\n')
}

function familyOf({ name, unit, description }: Gauge, readings: readonly GaugeReading[]): readonly string[] {
  const unitName = UNITS[unit]
  const family = [name.replaceAll(/[^a-zA-Z0-9_]/g, '_'), ...(unitName === undefined ? [] : [unitName])].join('_')
  return [
    `# TYPE ${family} gauge`,
    ...(unitName === undefined ? [] : [`# UNIT ${family} ${unitName}`]),
    `# HELP ${family} ${escaped(description)}`,
    ...readings.map(({ attributes, value }) => `${family}${labelsOf(attributes)} ${numberText(value)}`),
  ]
}

function labelsOf(attributes: GaugeReading['attributes']): string {
  const labels = Object.entries(attributes).map(
    ([name, value]) => `${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}="${escaped(value)}"`,
  )
  return labels.length === 0 ? '' : `{${labels.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}
