import { defineProfile, type SignedRequest, type UploadSession } from '@rindle/core'
import { type MemoryStorage, memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { objectsIn } from './snapshot.ts'

const accept = { types: ['image/*'], maxBytes: 40_000_000 } as const

/** The profiles of {@link useDirectUploads}: one in the local storage, one in the remote storage. */
export const profiles = {
  local: defineProfile({ storage: 'main', accept }),
  remote: defineProfile({ storage: 'remote', accept }),
}

/** An application with a remote storage beside the local one, and a client that uploads straight to both. */
export interface DirectUploads {
  readonly application: Application<typeof profiles>
  readonly remote: MemoryStorage
  readonly picture: Buffer
  /** `byteSize` is the declared size. @default that of the picture */
  readonly begin: (profile: keyof typeof profiles, byteSize?: number) => Promise<UploadSession>
  /** Sends the picture, as the session's client would. */
  readonly arrive: (session: UploadSession) => Promise<void>
  /** Sends a body, to which the storage must agree. @default the picture */
  readonly send: (request: SignedRequest, body?: Buffer) => Promise<void>
  readonly stateOf: (session: UploadSession) => Promise<string>
}

/** Starts the application for the tests of the file; each test begins without rows, jobs and objects. */
export function useDirectUploads(): DirectUploads {
  const remote = memoryStorage()
  let application: Application<typeof profiles>
  let picture: Buffer
  beforeAll(async () => {
    application = await startApplication({ profiles, storages: { remote } })
    picture = await quadrants(20, 20)
  })
  afterAll(async () => application[Symbol.asyncDispose]())
  beforeEach(async () => {
    await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
    for (const storage of [application.storage, remote]) await storage.deleteMany(await objectsIn(storage))
  })

  const send: DirectUploads['send'] = async (request, body = picture) => {
    const bytes = new Uint8Array(body)
    const isMemory = request.url.startsWith('memory:')
    const { status } = isMemory
      ? await remote.send(request, bytes)
      : await application.rindle.serveFile(new Request(request.url, { ...request, body: bytes }))
    expect([200, 201, 204]).toContain(status)
  }
  return {
    get application() {
      return application
    },
    remote,
    get picture() {
      return picture
    },
    begin: (profile, byteSize = picture.byteLength) =>
      application.rindle.initiateUpload(profile, { filename: 'a.jpg', contentType: 'image/jpeg', byteSize }),
    arrive: async ({ id }) => send(await application.rindle.signUpload(id)),
    send,
    stateOf: async ({ id }) => (await application.rindle.uploadSession(id)).state,
  }
}
