import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { startS3Server } from '@rindle/test-s3'
import pg from 'pg'
import { figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { compareSides } from '../compare-sides.ts'
import { storageIn } from '../storage-in.ts'
import { bytesOf, CONCURRENCY, type MoveSetup, movedFiles } from './setup.ts'

/** Assets from local files into an S3 store. */
export const moveStorage: Bench = {
  name: 'move-storage',
  describe: `moveStorage from files to S3, ${CONCURRENCY} at once, beside MinIO's own client that hashes and puts the same files`,
  run: async ({ isQuick, directory, createDatabase, signal }) => {
    const server = await startS3Server()
    try {
      const { endpoint, region, accessKeyId, secretAccessKey } = server
      const setup: MoveSetup = {
        directory,
        databaseUrl: await createDatabase(),
        bucket: await server.createBucket(),
        s3: { endpoint, region, accessKeyId, secretAccessKey },
        objects: movedFiles(isQuick ? 10 : 120),
      }
      await fill(setup)
      const programs = {
        floor: { program: new URL('floor.ts', import.meta.url), setup },
        rindle: { program: new URL('rindle.ts', import.meta.url), setup },
      }
      const duration = { warmUps: 1, rounds: isQuick ? 1 : 9, maxSeconds: 120 }
      const figures = await compareSides(programs, { ...duration, input: () => ({}), signal })
      return [
        {
          name: 'move-storage',
          unit: 'ms',
          better: 'lower',
          // By CPU time: the rate is that of the disk and of the store.
          floor: figure(figures.floor, 'cpuMs'),
          rindle: figure(figures.rindle, 'cpuMs'),
          // At least 0.9 times as much is copied with the same CPU time.
          budget: timesFloor(1.11),
        },
      ]
    } finally {
      await server.stop()
    }
  },
}

/** Puts the files into the local storage, and the rows of their assets, originals first. */
async function fill({ directory, databaseUrl, objects }: MoveSetup): Promise<void> {
  const storage = storageIn(directory)
  await storage.start()
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    for (const object of objects) {
      const { assetId, key, byteSize } = object
      const bytes = bytesOf(object)
      await storage.put(key, Readable.from([bytes]), { contentType: 'image/jpeg' })
      if (key.includes('/original-')) {
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        await client.query(
          `insert into rindle.media_assets
             (id, profile, storage, storage_key, state, kind, filename, content_type, byte_size, checksum_sha256)
           values ($1, 'photo', 'main', $2, 'ready', 'image', 'a.jpg', 'image/jpeg', $3, $4)`,
          [assetId, key, byteSize, sha256],
        )
        continue
      }
      const name = key.includes('/small-') ? 'small' : 'thumb'
      await client.query(
        `insert into rindle.media_variants (id, asset_id, name, state, output_kind, recipe, recipe_digest, queue,
           work_class, storage_key, content_type, byte_size, generated_at)
         values (gen_random_uuid(), $1, $2, 'ready', 'image', '{}', repeat('0', 64), 'process', 'fast', $3,
           'image/webp', $4, now())`,
        [assetId, name, key, byteSize],
      )
    }
  } finally {
    await client.end()
    await storage.stop()
  }
}
