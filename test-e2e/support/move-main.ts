import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRindle, defineProfile, type Rindle, type StorageAdapter, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { s3Storage } from '@rindle/storage-s3'
import type { CrashPlace } from './crash-instance.ts'
import { storageIn } from './photo-profiles.ts'

/** The profile whose assets move. */
export const movedProfiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: { thumb: image.crop(8, 8, { format: 'webp' }), small: image.fit(16, null, { format: 'jpeg' }) },
  }),
}

/** One put of a move, as the file of puts has it. */
export interface Put {
  /** The storage. */
  readonly to: string
  readonly key: string
}

/** The file in the place's directory that lists every put of every move, one JSON a line. */
export const PUTS = 'puts.jsonl'
export const CONCURRENCY = 4

/** The storages of a place; whoever writes to one is in the file of puts, even if it dies in the next moment. */
function loggedStorages({ directory, bucket }: CrashPlace): { main: StorageAdapter; bucket: StorageAdapter } {
  const { endpoint, name, region, accessKeyId, secretAccessKey } = bucket
  const credentials = { accessKeyId, secretAccessKey }
  const logged = (to: string, storage: StorageAdapter): StorageAdapter => ({
    ...storage,
    put: (key, body, options) => {
      appendFileSync(join(directory, PUTS), `${JSON.stringify({ to, key } satisfies Put)}\n`)
      return storage.put(key, body, options)
    },
  })
  return {
    main: logged('main', storageIn(directory)),
    bucket: logged('bucket', s3Storage({ bucket: name, region, endpoint, credentials })),
  }
}

/** An instance over a place; not started. */
export function movingInstance(
  place: CrashPlace,
  options: Partial<Parameters<typeof createRindle>[0]> = {},
): Rindle<typeof movedProfiles> {
  return createRindle({
    database: place.databaseUrl,
    storages: loggedStorages(place),
    jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
    logger: silentLogger,
    workDirectory: join(place.directory, 'work'),
    ...options,
    profiles: movedProfiles,
  })
}

// The program of a process that moves everything until it is killed: node move-main.ts <place as JSON> <storage>
const [, program = '', placeText, to] = process.argv
if (program.endsWith('move-main.ts') && placeText !== undefined && to !== undefined) {
  const rindle = movingInstance(JSON.parse(placeText) as CrashPlace)
  await rindle.start()
  process.send?.('moving')
  const report = await rindle.moveStorage({ to, live: true, concurrency: CONCURRENCY })
  if (report.errors > 0 || report.stopped.length > 0) throw new Error(`The move failed: ${JSON.stringify(report)}`)
  await rindle.stop()
}
