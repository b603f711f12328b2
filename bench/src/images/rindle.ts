import { join } from 'node:path'
import {
  createRindle,
  defineProfile,
  type ReceivedUpload,
  type Rindle,
  type StorageAdapter,
  stderrLogger,
} from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { s3Storage } from '@rindle/storage-s3'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import { storageIn } from '../storage-in.ts'
import { type ImagesRound, type ImagesSetup, VARIANTS } from './setup.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 50_000_000 },
    variants: VARIANTS,
  }),
}

// An application with its workers in one process, everything at its defaults.
serveSide(async (setup) => {
  const { directory, databaseUrl } = setup as ImagesSetup
  const storage = storageOf(setup as ImagesSetup)
  const rindle = createRindle({
    database: databaseUrl,
    storages: { main: storage },
    processors: [imageProcessor()],
    jobs: pgBossJobs(),
    logger: stderrLogger,
    workDirectory: join(directory, 'work'),
    profiles,
  })
  await rindle.start()
  await rindle.work()
  return {
    round: async (input) => {
      const { photographs } = input as ImagesRound
      const received = await receiveAll(rindle, photographs)
      const ready = allReady(rindle, received.length)
      const cpu = cpuMeter()
      const begin = performance.now()
      await Promise.all(received.map((upload) => rindle.register(upload)))
      await ready
      const figures = { ms: [performance.now() - begin], cpuMs: [cpu() / photographs.length] }
      // Nothing reads the objects again, and gigabytes would pile up.
      await deleteAll(storage)
      return figures
    },
    stop: () => rindle.stop(),
  }
})

function storageOf({ directory, bucket }: ImagesSetup): StorageAdapter {
  if (bucket !== null) {
    const { accessKeyId, secretAccessKey, ...where } = bucket
    return s3Storage({ ...where, prefix: 'rindle', credentials: { accessKeyId, secretAccessKey } })
  }
  return storageIn(directory)
}

async function deleteAll(storage: StorageAdapter): Promise<void> {
  const keys = (await Array.fromAsync(storage.list(''))).map(({ key }) => key)
  for (const key of keys) await storage.delete(key)
}

async function receiveAll(
  rindle: Rindle<typeof profiles>,
  photographs: readonly string[],
): Promise<readonly ReceivedUpload<'photo'>[]> {
  const received: ReceivedUpload<'photo'>[] = []
  for (const path of photographs) received.push(await rindle.receive('photo', path))
  return received
}

/** Resolves when this many assets are ready; rejects if one ends otherwise. */
function allReady(rindle: Rindle<typeof profiles>, count: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let readyCount = 0
  const stopListening = rindle.on('rindle.asset.state_change', ({ metadata: { to } }) => {
    if (to === 'quarantined' || to === 'degraded') reject(new Error(`An asset became ${to}.`))
    if (to !== 'ready') return
    readyCount += 1
    if (readyCount === count) resolve()
  })
  return promise.finally(stopListening)
}
