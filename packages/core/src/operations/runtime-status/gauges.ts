import { ASSET_STATES, SESSION_STATES, VARIANT_STATES } from '../../domain/states.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { errorFields } from '../../ports/logger.ts'
import type { Gauge, GaugeReading } from '../../ports/telemetry.ts'
import { STATUS_DEFAULTS } from './classes.ts'
import { type RuntimeStatus, STATUS_CLASSES } from './report.ts'
import { runtimeStatus } from './runtime-status.ts'

const DEFINITIONS = {
  'rindle.queue.waiting': ['{job}', 'Jobs that wait, including for a retry.'],
  'rindle.queue.oldest_wait': ['s', 'The waiting time of the job that was due first.'],
  'rindle.queue.running': ['{job}', 'Jobs that a worker holds.'],
  'rindle.queue.dead': ['{job}', 'Dead jobs that are not handled yet.'],
  'rindle.queue.workers': ['{worker}', 'Workers that serve the queue, of all processes.'],
  'rindle.assets': ['{asset}', 'Assets in each state.'],
  'rindle.variants': ['{variant}', 'Variants in each state.'],
  'rindle.variants.on_demand': ['{variant}', 'Those of the variants that are made on demand, in each state.'],
  'rindle.sessions': ['{session}', 'Upload sessions in each state.'],
  'rindle.status.findings': ['{finding}', 'Stuck, lost or overdue items, by class.'],
} as const

type GaugeName = keyof typeof DEFINITIONS

/** Every gauge that `gauges()` of an instance reads. */
export const GAUGES: readonly Gauge[] = Object.entries(DEFINITIONS).map(([name, [unit, description]]) => ({
  name,
  unit,
  description,
}))

/** Reads a status for its numbers. Logs a rejection as well: monitors learn that it failed, but not why. */
export async function readGauges(runtime: Runtime): Promise<readonly GaugeReading[]> {
  try {
    return gaugesOf(await runtimeStatus(runtime, { limit: 1 }))
  } catch (error) {
    runtime.logger.warn(errorFields(error), 'The gauges could not be read.')
    throw error
  }
}

/**
 * A status as numbers: queues, states, and findings by class; including zeros, so that no series comes and goes. Pure.
 */
function gaugesOf({ queues, counts, findings }: RuntimeStatus): readonly GaugeReading[] {
  const reading = (name: GaugeName, value: number, attributes: GaugeReading['attributes']): GaugeReading => ({
    name,
    value,
    attributes,
  })
  const ofStates = (name: GaugeName, states: readonly string[], known: Partial<Record<string, number>>) =>
    states.map((state) => reading(name, known[state] ?? 0, { state }))
  const countOf = new Map(findings.map((finding) => [finding.class, finding.count]))
  return [
    ...queues.flatMap(({ queue, waiting, oldestWaitSeconds, running, dead, workers }) => [
      reading('rindle.queue.waiting', waiting, { queue }),
      reading('rindle.queue.oldest_wait', oldestWaitSeconds ?? 0, { queue }),
      reading('rindle.queue.running', running, { queue }),
      reading('rindle.queue.dead', dead, { queue }),
      reading('rindle.queue.workers', workers, { queue }),
    ]),
    ...ofStates('rindle.assets', ASSET_STATES, counts.assets),
    ...ofStates('rindle.variants', VARIANT_STATES, counts.variants),
    ...ofStates('rindle.variants.on_demand', VARIANT_STATES, counts.onDemand),
    ...ofStates('rindle.sessions', SESSION_STATES, counts.sessions),
    ...STATUS_CLASSES.map((statusClass) =>
      reading('rindle.status.findings', countOf.get(statusClass) ?? 0, {
        class: statusClass,
        severity: STATUS_DEFAULTS[statusClass].severity,
      }),
    ),
  ]
}
