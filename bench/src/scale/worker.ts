import { serveSide } from '../serve-side.ts'
import { scaleApplication } from './application.ts'
import type { ScaleSetup } from './setup.ts'

// A process that works, with one slot, until it is stopped.
serveSide(async (setup) => {
  const rindle = scaleApplication(setup as ScaleSetup)
  await rindle.start()
  await rindle.work({
    queues: ['rindle_promote', 'rindle_process'],
    concurrency: { rindle_promote: 1, rindle_process: 1 },
  })
  return { round: async () => ({}), stop: () => rindle.stop() }
})
