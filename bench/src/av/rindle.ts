import { join } from 'node:path'
import { createRindle, defineProfile, stderrLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { avProcessor } from '@rindle/processor-av'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import { storageIn } from '../storage-in.ts'
import { type AvRound, type AvSetup, OUTPUTS } from './setup.ts'

// An application with its workers in one process, everything at its defaults.
serveSide(async (setup) => {
  const { directory, databaseUrl, outputs } = setup as AvSetup
  const storage = storageIn(directory)
  const rindle = createRindle({
    database: databaseUrl,
    storages: { main: storage },
    processors: [avProcessor()],
    jobs: pgBossJobs(),
    logger: stderrLogger,
    workDirectory: join(directory, 'work'),
    profiles: {
      clip: defineProfile({
        storage: 'main',
        accept: { types: ['video/mp4'], maxBytes: 2_000_000_000 },
        variants: OUTPUTS[outputs],
      }),
    },
  })
  await rindle.start()
  await rindle.work()
  return {
    round: async (input) => {
      const received = await rindle.receive('clip', (input as AvRound).clip)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const stopListening = rindle.on('rindle.asset.state_change', ({ metadata: { to } }) => {
        if (to === 'quarantined' || to === 'degraded') reject(new Error(`An asset became ${to}.`))
        if (to === 'ready') resolve()
      })
      const begin = performance.now()
      const cpuMs = cpuMeter()
      const { id } = await rindle.register(received)
      await promise.finally(stopListening)
      const figures = { ms: [performance.now() - begin], cpuMs: [cpuMs()] }
      const asset = await rindle.asset(id)
      for (const { storageKey } of asset?.variants ?? []) if (storageKey !== null) await storage.delete(storageKey)
      await storage.delete(received.storageKey)
      return figures
    },
    stop: () => rindle.stop(),
  }
})
