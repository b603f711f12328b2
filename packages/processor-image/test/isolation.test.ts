import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { SourceFile } from '@rindle/core'
import { errorOf } from '@rindle/testing'
import sharp from 'sharp'
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { type DecoderSeen, decodersOf, isRunning } from './decoder-processes.ts'
import { open, photoLike } from './pictures.ts'
import { SLOW, SLOW_OPTIONS } from './slow-recipe.ts'
import { LIMITS, make, outcomesOf, processorWith, request, sourceFile } from './workbench.ts'

const MEBIBYTE = 1024 ** 2
/** The encoder works on this for a few seconds. */
const SECONDS = image.crop(600, 600, { ...SLOW_OPTIONS, effort: 4 })
const SMALL = image.fit(40)

let bytes: Buffer
beforeAll(async () => {
  bytes = await open(photoLike(600, 400)).jpeg().toBuffer()
})

let photo: SourceFile
beforeEach(async () => {
  photo = await sourceFile('image/jpeg', bytes)
})

/** Resolves when a decoder process of this one is in the middle of hard work. */
async function atWork(parent: number = process.pid): Promise<DecoderSeen> {
  return vi.waitFor(
    async () => {
      const worker = (await decodersOf(parent)).find(({ hasWorked }) => hasWorked)
      if (worker === undefined) throw new Error('No decoder process has worked yet.')
      return worker
    },
    { timeout: 20_000, interval: 100 },
  )
}

async function gone(pid: number, timeout = 10_000): Promise<void> {
  await vi.waitFor(async () => expect(await isRunning(pid)).toBe(false), { timeout, interval: 20 })
}

function startApplication(mode: 'encode' | 'probe'): ChildProcess {
  const application = fork(fileURLToPath(new URL('slow-work-program.ts', import.meta.url)), [mode, photo.path])
  onTestFinished(() => void application.kill('SIGKILL'))
  return application
}

describe('a decoder process that dies', () => {
  it.each([
    ['SIGKILL', 'process_killed', 'was killed from outside, perhaps by the system for lack of memory'],
    ['SIGSEGV', 'processing_failed', 'crashed'],
    ['SIGABRT', 'processing_failed', 'crashed'],
  ] as const)('by %s is %s, a clear error of what it made, and the next image is made', async (signal, code, what) => {
    const processor = processorWith({ concurrency: 1 })
    const working = outcomesOf(processor, photo, { slow: SLOW })
    const { pid } = await atWork()
    process.kill(pid, signal)
    expect(errorOf((await working).get('slow'))).toMatchObject({
      code,
      retryable: true,
      message: `Could not encode the image/jpeg for slow: the decoder process ${what} (${signal}).`,
    })
    await make(photo, SMALL, processor)
  })

  it('takes no sibling along: each that it made at once is made again by itself', { timeout: 60_000 }, async () => {
    const processor = processorWith({ concurrency: 2 })
    const working = outcomesOf(processor, photo, {
      one: SECONDS,
      other: image.crop(600, 600, { ...SLOW_OPTIONS, effort: 4, position: 'right' }),
      small: SMALL,
    })
    process.kill((await atWork()).pid, 'SIGKILL')
    const outcomes = await working
    expect([...outcomes.values()].map((outcome) => ('output' in outcome ? 'made' : outcome.error))).toEqual([
      'made',
      'made',
      'made',
    ])
  })

  it('while it reads many headers fails none of them', async () => {
    const processor = processorWith({})
    await processor.probe(photo, { limits: LIMITS })
    const [reader] = await decodersOf(process.pid)
    // So that it has answered none of them when it dies.
    process.kill(reader?.pid ?? 0, 'SIGSTOP')
    const probes = Array.from({ length: 5 }, () => processor.probe(photo, { limits: LIMITS }))
    process.kill(reader?.pid ?? 0, 'SIGKILL')
    expect(await Promise.all(probes)).toHaveLength(5)
    await vi.waitFor(async () => expect(await decodersOf(process.pid)).toEqual([]), { timeout: 10_000 })
  })

  it('while it reads one header is a clear error of that', async () => {
    const processor = processorWith({})
    await processor.probe(photo, { limits: LIMITS })
    const [reader] = await decodersOf(process.pid)
    process.kill(reader?.pid ?? 0, 'SIGSTOP')
    const probe = processor.probe(photo, { limits: LIMITS })
    process.kill(reader?.pid ?? 0, 'SIGKILL')
    await expect(probe).rejects.toMatchObject({ code: 'process_killed', retryable: true })
    await processor.probe(photo, { limits: LIMITS })
  })

  it('before it has begun is reported as unstartable, with the reason', async () => {
    const { execPath } = process
    onTestFinished(() => {
      process.execPath = execPath
    })
    process.execPath = '/nowhere/node'
    await expect(processorWith({}).probe(photo, { limits: LIMITS })).rejects.toMatchObject({
      code: 'setup_incomplete',
      message: expect.stringMatching(/no decoder process could be started.*\/nowhere\/node/),
    })
  })
})

describe('a decoder that does not end', () => {
  it('is killed soon after the timeout, with a clear error, and the next image is made', async () => {
    const processor = processorWith({ timeoutSeconds: 1 })
    const outcomes = await outcomesOf(processor, photo, { slow: SLOW, small: SMALL })
    expect(errorOf(outcomes.get('slow'))).toMatchObject({
      code: 'processing_timeout',
      retryable: true,
      message: expect.stringContaining('`timeoutSeconds`'),
    })
    expect(outcomes.get('small')).toHaveProperty('output')
    expect((await decodersOf(process.pid)).filter(({ hasWorked }) => hasWorked)).toEqual([])
    await make(photo, SMALL, processor)
  })

  it('is killed at once when the work is cancelled', async () => {
    const processor = processorWith({})
    const controller = new AbortController()
    const onOutcome = async (): Promise<void> => expect.unreachable()
    const work = await request(photo, { slow: SLOW }, { signal: controller.signal, onOutcome })
    const working = processor.process(work)
    const { pid } = await atWork()
    controller.abort(new Error('enough'))
    await Promise.all([
      gone(pid, 1_000),
      expect(working).rejects.toMatchObject({
        code: 'variant_processing_cancelled',
        cause: expect.objectContaining({ message: 'enough' }),
      }),
    ])
    expect(await readdir(work.directory)).toEqual([])
    await make(photo, SMALL, processor)
  })

  it('dies with its application', async () => {
    const application = startApplication('encode')
    await atWork(application.pid)
    const decoders = await decodersOf(application.pid ?? 0)
    expect(decoders).toHaveLength(2)
    application.kill('SIGKILL')
    await Promise.all(decoders.map(({ pid }) => gone(pid)))
  })
})

describe('memory above the bound', () => {
  it('ends the process, says which option bounds it, and the next image is made', async () => {
    const large = sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#3a7bd5' } })
    const source = await sourceFile('image/png', large.png({ compressionLevel: 1 }))
    const processor = processorWith({ concurrency: 1, maxMemoryBytes: 160 * MEBIBYTE })
    const outcomes = await outcomesOf(processor, source, { same: image.fit(9000), small: SMALL })
    for (const outcome of outcomes.values()) {
      expect(errorOf(outcome)).toMatchObject({
        code: 'processing_failed',
        retryable: true,
        message: expect.stringContaining('`maxMemoryBytes`'),
      })
    }
    await make(photo, SMALL, processor)
  })

  it('is bounded by the system too, on Linux', async () => {
    const processor = processorWith({ concurrency: 1, maxMemoryBytes: 160 * MEBIBYTE })
    await processor.probe(photo, { limits: LIMITS })
    const [reader] = await decodersOf(process.pid)
    expect(reader?.maxMappedBytes).toBeGreaterThan(160 * MEBIBYTE)
    expect(reader?.maxMappedBytes).toBeLessThan(2048 * MEBIBYTE)
  })
})

describe('decoder processes', () => {
  it('know nothing of the environment that they have no use for', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a secret of the application')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    await processorWith({}).probe(photo, { limits: LIMITS })
    const [reader] = await decodersOf(process.pid)
    const names = (reader?.environment ?? []).map((entry) => entry.split('=', 1)[0])
    expect(names).toEqual(expect.arrayContaining(['PATH', 'UV_THREADPOOL_SIZE', 'MALLOC_ARENA_MAX']))
    const known =
      /^(PATH|HOME|LANG|PWD|TMPDIR|TZ|UV_THREADPOOL_SIZE|MALLOC_[A-Z_]+|NODE_COMPILE_CACHE|NODE_CHANNEL_(FD|SERIALIZATION_MODE))$/
    expect(names.filter((name) => !known.test(name ?? ''))).toEqual([])
  })

  it('begin with the work, are as many as images at once and one for headers, and end with stop', async () => {
    const processor = processorWith({ concurrency: 2 })
    await processor.start({ acceptedTypes: new Set(['image/jpeg']) })
    expect(await decodersOf(process.pid)).toEqual([])
    await Promise.all(Array.from({ length: 6 }, () => outcomesOf(processor, photo, { small: SMALL })))
    expect(await decodersOf(process.pid)).toHaveLength(3)
    await processor.stop()
    expect(await decodersOf(process.pid)).toEqual([])
  })

  it('do not keep an application alive, and end with it', async () => {
    const application = startApplication('probe')
    const exited = once(application, 'exit')
    const [decoders] = (await once(application, 'message')) as [readonly DecoderSeen[]]
    expect(decoders).toHaveLength(1)
    expect(await exited).toEqual([0, null])
    await Promise.all(decoders.map(({ pid }) => gone(pid)))
  })

  it('continue when a terminal or a service manager signals the whole group', async () => {
    const processor = processorWith({})
    const working = outcomesOf(processor, photo, { one: SECONDS })
    const { pid } = await atWork()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(pid, signal)
    expect((await working).get('one')).toHaveProperty('output')
  })
})
