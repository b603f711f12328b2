import { createRindle, defineProfile, stderrLogger } from '@rindle/core'
import { s3Storage } from '@rindle/storage-s3'
import { memoryJobs } from '@rindle/testing'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import { storageIn } from '../storage-in.ts'
import { CONCURRENCY, type MoveSetup } from './setup.ts'

serveSide(async (given) => {
  const { directory, databaseUrl, bucket, s3, objects } = given as MoveSetup
  const { endpoint, region, ...credentials } = s3
  const rindle = createRindle({
    database: databaseUrl,
    storages: { main: storageIn(directory), archive: s3Storage({ bucket, endpoint, region, credentials }) },
    jobs: memoryJobs(),
    logger: stderrLogger,
    profiles: { photo: defineProfile({ storage: 'main', accept: { types: ['image/jpeg'], maxBytes: 10_000_000 } }) },
  })
  await rindle.start()
  return {
    round: async () => {
      await rindle.prisma.$executeRawUnsafe(`truncate rindle.media_moves`)
      await rindle.prisma.$executeRawUnsafe(`update rindle.media_assets set storage = 'main'`)
      const cpuMs = cpuMeter()
      const begin = performance.now()
      const report = await rindle.moveStorage({ to: 'archive', live: true, concurrency: CONCURRENCY })
      const figures = { cpuMs: [cpuMs()], ms: [performance.now() - begin] }
      if (report.objects !== objects.length || report.errors > 0) throw new Error(`It moved ${JSON.stringify(report)}.`)
      return figures
    },
    stop: () => rindle.stop(),
  }
})
