import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { RindleHandler } from '@rindle/http'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { checkMount, mountedConsole } from '../console/check-mount.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { type ConformanceSubject, describeConformance } from './conformance.ts'
import { serveApplication } from './served-application.ts'

// A Next application of one route handler, which passes its requests to the handler of this process.
const dir = join(import.meta.dirname, 'next-app')
// Not by `import`: Next's types change those of Node for all tests (an environment then must have a NODE_ENV).
const createNext: CreateNext = createRequire(import.meta.url)('next')
const IS_BUILT = byRunLength('the handler mounted in a built Next application', {
  sample: false,
  short: true,
  long: true,
})
const HANDLER = Symbol.for('rindle.test.handler')

type CreateNext = (options: { readonly dir: string; readonly dev: boolean; readonly quiet: boolean }) => NextApplication

interface NextApplication {
  readonly prepare: () => Promise<void>
  readonly getRequestHandler: () => (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>
  readonly close: () => Promise<void>
}

let subject: ConformanceSubject
let app: NextApplication

describe.skipIf(!IS_BUILT)('mounted in Next', () => {
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

  describeConformance(() => subject)

  it('carries a console as well', async () => {
    const { rindle } = subject.served
    const handler = Reflect.get(globalThis, HANDLER)
    Object.assign(globalThis, { [HANDLER]: mountedConsole(rindle) })
    try {
      await checkMount(new URL(subject.served.url).origin, rindle)
    } finally {
      Object.assign(globalThis, { [HANDLER]: handler })
    }
  })
})
