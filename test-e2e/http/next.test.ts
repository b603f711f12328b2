import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { RindleHandler } from '@rindle/http'
import next from 'next'
import { afterAll, beforeAll, describe } from 'vitest'
import { quadrants } from '../support/pictures.ts'
import { type ConformanceSubject, describeConformance } from './conformance.ts'
import { serveApplication } from './served-application.ts'

// A Next application of one route handler, which passes its requests to the handler of this process.
const dir = join(import.meta.dirname, 'next-app')
// Node gives the function where Next's types, made for bundlers, have a module.
const createNext = next as unknown as typeof next.default
const HANDLER = Symbol.for('rindle.test.handler')

let subject: ConformanceSubject
let app: ReturnType<typeof createNext>

beforeAll(async () => {
  const program = createRequire(import.meta.url).resolve('next/dist/bin/next')
  await promisify(execFile)(process.execPath, [program, 'build', dir], {
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
  })
  const served = await serveApplication({ handler: { idleTimeoutMs: 1_000, maxEventStreams: 2 } })
  await served.application.work()
  app = createNext({ dir, dev: false, quiet: true })
  await app.prepare()
  await served.remount((handler: RindleHandler) => {
    Object.assign(globalThis, { [HANDLER]: handler })
    const answer = app.getRequestHandler()
    return (incoming, outgoing) => void answer(incoming, outgoing)
  })
  subject = { served, picture: await quadrants(64, 48), dropsContentLength: true }
}, 120_000)
afterAll(async () => {
  await subject.served[Symbol.asyncDispose]()
  await app.close()
  await rm(join(dir, 'dist'), { recursive: true, force: true })
})

describe('mounted in Next', () => {
  describeConformance(() => subject)
})
