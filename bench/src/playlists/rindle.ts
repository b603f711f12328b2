import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRindle, defineProfile, stderrLogger } from '@rindle/core'
import { createHandler, toNodeHandler } from '@rindle/http'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { avProcessor, inspectFfmpeg } from '@rindle/processor-av'
import { stream } from '@rindle/processor-av/recipes'
import { makeClip } from '../av/make-clip.ts'
import { serveHttp } from '../serve-http.ts'
import { storageIn } from '../storage-in.ts'
import type { PlaylistSetup } from './setup.ts'

const SECONDS = 120
const profiles = {
  film: defineProfile({
    storage: 'main',
    accept: { types: ['video/*'], maxBytes: 50_000_000 },
    variants: { film: stream({ heights: [90], segmentSeconds: 2 }) },
    delivery: { authorize: () => true },
  }),
}

// An application behind its handler, with a film of 60 segments. A round returns the CPU time since the last one.
serveHttp(async (setup) => {
  const { directory, databaseUrl } = setup as PlaylistSetup
  const clip = join(directory, 'clip.mp4')
  const { ffmpeg } = await inspectFfmpeg()
  await makeClip(ffmpeg.path, clip, { size: '160x90', seconds: SECONDS })
  const rindle = createRindle({
    database: databaseUrl,
    storages: { main: storageIn(directory) },
    processors: [avProcessor()],
    jobs: pgBossJobs(),
    logger: stderrLogger,
    workDirectory: join(directory, 'work'),
    streams: {
      baseUrl: 'http://127.0.0.1/rindle',
      signingKeys: ['a key for streams of benchmarks only, of enough characters'],
    },
    profiles,
  })
  await rindle.start()
  const workers = await rindle.work()
  const { promise, resolve } = Promise.withResolvers<void>()
  rindle.on('rindle.asset.state_change', ({ metadata: { to } }) => {
    if (to === 'ready') resolve()
  })
  const { id } = await rindle.upload('film', clip)
  await promise
  await workers.stop()
  const asset = await rindle.asset(id)
  if (asset === null) throw new Error('The film is gone.')
  const master = await rindle.streamUrl(rindle.narrow(asset, 'film'), 'film', { expiresInSeconds: 86_400 })
  const url = new URL('film_90.m3u8', master ?? '')
  const file = join(directory, 'playlist.m3u8')
  await writeFile(file, await (await rindle.serveStream(new Request(url))).text())
  return {
    listener: toNodeHandler(createHandler(rindle, { basePath: '/rindle' })),
    facts: { path: url.pathname, file },
    stop: () => rindle.stop(),
  }
})
