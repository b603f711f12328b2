import { isRindleError } from '../domain/errors.ts'
import { MAINTENANCE, type RepairMetadata } from '../events/event-map.ts'
import type { Runtime } from '../kernel/runtime.ts'

/**
 * Runs one operation and emits its events: `rindle.repair.start`, then `.stop` with the numbers of its report as
 * measurements, or `.exception` when it could not run at all; maintenance also emits `rindle.cleanup.run`. In a report,
 * `errors` or `failed` counts failed items, `stopped` lists skipped storages, and `interrupted` marks an early end.
 */
export async function runOperation<R extends object>(
  { events }: Runtime,
  metadata: Omit<RepairMetadata, 'result'>,
  work: () => Promise<R>,
): Promise<R> {
  const startedAt = performance.now()
  const durationUs = (): number => Math.round((performance.now() - startedAt) * 1_000)
  events.emit({ name: 'rindle.repair.start', metadata, measurements: {} })
  try {
    const report = await work()
    const measurements = { ...numbersOf(report), durationUs: durationUs() }
    events.emit({ name: 'rindle.repair.stop', metadata: { ...metadata, result: resultOf(report) }, measurements })
    const worker = MAINTENANCE.find((name) => name === metadata.operation)
    if (worker !== undefined) events.emit({ name: 'rindle.cleanup.run', metadata: { worker }, measurements })
    return report
  } catch (error) {
    const result = isRindleError(error) ? error.code : 'unexpected'
    const measurements = { durationUs: durationUs() }
    events.emit({ name: 'rindle.repair.exception', metadata: { ...metadata, result }, measurements })
    throw error
  }
}

function resultOf(report: object): string {
  if ('interrupted' in report && report.interrupted === true) return 'interrupted'
  if ('stopped' in report && Array.isArray(report.stopped) && report.stopped.length > 0) return 'stopped'
  const { errors = 0, failed = 0 } = numbersOf(report)
  return errors + failed > 0 ? 'errors' : 'ok'
}

function numbersOf(report: object): Readonly<Record<string, number>> {
  const numbers = Object.entries(report).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  return Object.fromEntries(numbers)
}
