import { afterAll, beforeAll, describe } from 'vitest'
import { quadrants } from '../support/pictures.ts'
import { type ConformanceSubject, describeConformance } from './conformance.ts'
import { mounts } from './mounts.ts'
import { serveApplication } from './served-application.ts'

let subject: ConformanceSubject

beforeAll(async () => {
  const served = await serveApplication({ handler: { idleTimeoutMs: 1_000, maxEventStreams: 2 } })
  await served.application.work()
  subject = { served, picture: await quadrants(64, 48) }
})
afterAll(async () => subject.served[Symbol.asyncDispose]())

describe.each(Object.entries(mounts))('mounted in %s', (_name, mount) => {
  beforeAll(() => subject.served.remount(mount))
  describeConformance(() => subject)
})
