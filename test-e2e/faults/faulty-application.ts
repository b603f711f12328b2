import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg'
import { defineProfile } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { avProcessor } from '@rindle/processor-av'
import { audio } from '@rindle/processor-av/recipes'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { s3Storage } from '@rindle/storage-s3'
import { useS3Server } from '@rindle/test-s3'
import { type Application, startApplication } from '../support/application.ts'
import { type MisbehavingProxy, startMisbehavingProxy } from './misbehaving-proxy.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 10_000_000 },
    variants: { small: image.fit(300, null, { format: 'jpeg' }) },
  }),
  sound: defineProfile({
    storage: 'main',
    accept: { types: ['audio/mpeg'], maxBytes: 10_000_000 },
    variants: { low: audio.aac() },
  }),
}

/** An application whose surroundings can all fail: store, disk and FFmpeg. */
export interface FaultyApplication extends Application<typeof profiles> {
  readonly store: MisbehavingProxy
  /** The disk of the work directory, or why it is a usual one. */
  readonly disk: SmallDisk | string
  /** Lets FFmpeg do this, in shell, instead of its work; `null` lets it work. */
  setFfmpeg(lines: string | null): Promise<void>
}

/** Starts one. */
export async function startFaultyApplication(): Promise<FaultyApplication> {
  const server = await useS3Server()
  const store = await startMisbehavingProxy(server.endpoint)
  const directory = await mkdtemp(join(tmpdir(), 'rindle-faults-'))
  const workDirectory = join(directory, 'work')
  const disk = await mountSmallDisk(workDirectory)
  const ffmpegPath = await fakeFfmpeg(directory)
  const application = await startApplication({
    profiles,
    storages: {
      main: s3Storage({
        bucket: await server.createBucket(),
        region: server.region,
        endpoint: store.endpoint,
        credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
        maxAttempts: 2,
        idleTimeoutMs: 5_000,
      }),
    },
    processors: [imageProcessor(), avProcessor({ ffmpegPath, stallTimeoutSeconds: 3, threads: 1 })],
    jobs: pgBossJobs({ retryDelaySeconds: 1, retryDelayMaxSeconds: 1, pollingIntervalSeconds: 0.5 }),
    workDirectory,
  })
  return {
    ...application,
    store,
    disk,
    async setFfmpeg(lines) {
      // Whole at every moment, for one may be starting.
      await writeFile(join(directory, 'next-fault'), lines ?? 'exec "$real" "$@"')
      await rename(join(directory, 'next-fault'), join(directory, 'fault'))
    },
    async [Symbol.asyncDispose]() {
      await application[Symbol.asyncDispose]()
      if (typeof disk !== 'string') await disk[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Answers questions about itself as the real one does; for anything else it does what the file `fault` says. */
async function fakeFfmpeg(directory: string): Promise<string> {
  const path = join(directory, 'ffmpeg')
  await writeFile(join(directory, 'fault'), 'exec "$real" "$@"')
  const script = `#!/bin/sh
real='${ffmpegInstaller.path}'
case "$*" in
*-version | *-encoders | *-filters | *-muxers) exec "$real" "$@" ;;
esac
. '${join(directory, 'fault')}'
`
  await writeFile(path, script)
  await chmod(path, 0o755)
  return path
}
