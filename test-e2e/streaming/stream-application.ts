import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AssetWithVariants, defineProfile, type Rindle, type StorageAdapter } from '@rindle/core'
import { createHandler, toNodeHandler } from '@rindle/http'
import { avProcessor } from '@rindle/processor-av'
import { stream, strip } from '@rindle/processor-av/recipes'
import { localStorage } from '@rindle/storage-local'
import { s3Storage } from '@rindle/storage-s3'
import { useS3Server } from '@rindle/test-s3'
import { makeClip } from '../av/make-clip.ts'
import type { StorageKind } from '../browser/browser-application.ts'
import { settled, startApplication } from '../support/application.ts'

const SIGNING_KEY = 'a key for tests only, thirty-two characters or more'

const profiles = {
  film: defineProfile({
    storage: 'main',
    accept: { types: ['video/mp4'], maxBytes: 50_000_000 },
    variants: { film: stream({ heights: [270, 90], segmentSeconds: 2 }), strip: strip() },
  }),
}

/** An application with one film, whose playlists and files have origins of their own. */
export interface StreamApplication extends AsyncDisposable {
  readonly rindle: Rindle<typeof profiles>
  readonly film: AssetWithVariants<'film'>
}

/** The seconds of the film. */
const FILM_SECONDS = 20

/** Starts one, and waits until all of the film is made. */
export async function startStreamApplication(kind: StorageKind): Promise<StreamApplication> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rindle`
  const directory = await mkdtemp(join(tmpdir(), 'rindle-stream-'))
  const files = kind === 'local' ? { storage: localFiles(directory, baseUrl) } : await minioFiles()
  const application = await startApplication({
    profiles,
    storages: { main: files.storage },
    processors: [avProcessor()],
    streams: { baseUrl, signingKeys: [SIGNING_KEY] },
  })
  const { rindle } = application
  server.on('request', toNodeHandler(createHandler(rindle, { basePath: '/rindle', actor: () => null })))
  const clip = await makeClip(directory, { size: '480x270', seconds: FILM_SECONDS })
  const { id } = await rindle.upload('film', clip, { filename: 'film.mp4' })
  const workers = await application.work()
  await settled(rindle, id, 120_000)
  await workers.stop()
  await rindle.addTrack({ id }, captions(), { kind: 'captions', lang: 'en', default: true })
  const film = rindle.narrow((await rindle.asset(id)) ?? (await settled(rindle, id)), 'film')
  return {
    rindle,
    film,
    [Symbol.asyncDispose]: async () => {
      await closed(server)
      await application[Symbol.asyncDispose]()
      await files.stop?.()
      await rm(directory, { recursive: true })
    },
  }
}

/** A cue for each second: "Second 7". */
function captions(): string {
  const clock = (second: number): string => `00:${String(second).padStart(2, '0')}.000`
  const cues = Array.from(
    { length: FILM_SECONDS },
    (_, second) => `${clock(second)} --> ${clock(second + 1)}\nSecond ${second}\n`,
  )
  return ['WEBVTT\n', ...cues].join('\n')
}

interface Files {
  readonly storage: StorageAdapter
  readonly stop?: () => Promise<void>
}

function localFiles(directory: string, baseUrl: string): StorageAdapter {
  return localStorage({ directory: join(directory, 'storage'), baseUrl, signingKey: SIGNING_KEY })
}

async function minioFiles(): Promise<Files> {
  const server = await useS3Server()
  const storage = s3Storage({
    bucket: await server.createBucket(),
    region: server.region,
    endpoint: server.endpoint,
    signedChecksum: server.signedChecksum,
    credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
  })
  return { storage, stop: () => server.stop() }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
