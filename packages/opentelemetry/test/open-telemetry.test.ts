import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import {
  createRindle,
  defineProfile,
  type Rindle,
  type StorageAdapter,
  silentLogger,
  type Telemetry,
} from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { localStorage } from '@rindle/storage-local'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openTelemetry } from '../src/index.ts'

const photo = defineProfile({
  storage: 'main',
  accept: { types: ['image/*'], maxBytes: 1_000_000 },
  variants: {
    thumb: image.crop(8, 8, { format: 'webp' }),
    modern: image.fit(8, null, { format: 'avif' }),
  },
})
const FILENAME = 'marked filename.jpg'

const spans = new InMemorySpanExporter()
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })

let metricExporter: InMemoryMetricExporter
let reader: PeriodicExportingMetricReader
let meterProvider: MeterProvider
let database: TestDatabase
let directory: string
let picture: Buffer

beforeAll(async () => {
  // An SDK registers these when it starts.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(tracerProvider)
  directory = await mkdtemp(join(tmpdir(), 'rindle-otel-'))
  const create = { width: 40, height: 30, channels: 3, background: '#3a7bd5' } as const
  picture = await sharp({ create }).jpeg().toBuffer()
})
afterAll(async () => {
  for (const api of [context, propagation, trace]) api.disable()
  await tracerProvider.shutdown()
  await rm(directory, { recursive: true, force: true })
})
beforeEach(async () => {
  spans.reset()
  database = await createTestDatabase()
  metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 })
  meterProvider = new MeterProvider({ readers: [reader] })
})
afterEach(async () => {
  await meterProvider.shutdown()
  await database.drop()
})

function localStorageHere(): StorageAdapter {
  const signingKey = 'a key for tests only, thirty-two characters or more'
  return localStorage({ directory, baseUrl: 'http://127.0.0.1/media', signingKey })
}

/** An instance, as an own process would have it; it stops with the test. */
async function instance({
  storage = localStorageHere(),
  isTraced = true,
  telemetry = openTelemetry({ meterProvider }),
}: {
  storage?: StorageAdapter
  isTraced?: boolean
  telemetry?: Telemetry
} = {}): Promise<Rindle<{ photo: typeof photo }>> {
  const rindle = createRindle({
    database: database.url,
    storages: { main: storage },
    processors: [imageProcessor()],
    jobs: pgBossJobs(),
    logger: silentLogger,
    workDirectory: join(directory, 'work'),
    profiles: { photo },
    ...(isTraced ? { telemetry } : {}),
  })
  await rindle.start()
  return rindle
}

async function untilReady(rindle: Rindle<{ photo: typeof photo }>, id: string): Promise<void> {
  const check = async (): Promise<void> => expect((await rindle.asset(id))?.state).toBe('ready')
  await vi.waitFor(check, { timeout: 20_000, interval: 20 })
}

const named = (name: string): readonly ReadableSpan[] => spans.getFinishedSpans().filter((span) => span.name === name)

/** The name of the span it follows from; empty when it is the first of its trace. */
function parentOf(span: ReadableSpan | undefined): string {
  const parentId = span?.parentSpanContext?.spanId
  return spans.getFinishedSpans().find((other) => other.spanContext().spanId === parentId)?.name ?? ''
}

describe('an upload', () => {
  test('is one trace from the request through promotion to every variant, whatever process works', async () => {
    await using uploading = await instance()
    await using working = await instance()
    const workers = await working.work()
    const tracer = tracerProvider.getTracer('application')
    const { id } = await tracer.startActiveSpan('POST /photos', async (span) => {
      try {
        return await uploading.upload('photo', picture, { filename: FILENAME })
      } finally {
        span.end()
      }
    })
    await untilReady(uploading, id)
    await workers.stop()

    const finished = spans.getFinishedSpans()
    expect(new Set(finished.map((span) => span.spanContext().traceId)).size).toBe(1)
    const [upload] = named('rindle upload')
    expect(upload).toMatchObject({ kind: SpanKind.INTERNAL })
    expect(parentOf(upload)).toBe('POST /photos')
    const [promote] = named('rindle_promote process')
    expect(promote).toMatchObject({
      kind: SpanKind.CONSUMER,
      attributes: { 'rindle.asset.id': id, 'rindle.job.attempt': 1 },
    })
    expect(parentOf(promote)).toBe('rindle upload')
    const processed = named('rindle_process process')
    expect(processed.map(({ attributes }) => attributes['rindle.job.class'])).toHaveLength(2)
    expect(processed.map(parentOf)).toEqual(['rindle_promote process', 'rindle_promote process'])
    const puts = named('storage put')
    expect(puts.map(parentOf).toSorted()).toEqual(['rindle upload', 'rindle_process process', 'rindle_process process'])
    expect(puts[0]).toMatchObject({
      kind: SpanKind.CLIENT,
      attributes: { 'rindle.storage': 'main', 'rindle.storage.adapter': 'local' },
    })
    expect(named('storage get').map(parentOf)).toContain('rindle_promote process')
  })

  test('begins a trace of its own where the application has none', async () => {
    await using rindle = await instance()
    const workers = await rindle.work()
    const { id } = await rindle.upload('photo', picture, { filename: FILENAME })
    await untilReady(rindle, id)
    await workers.stop()
    expect(new Set(spans.getFinishedSpans().map((span) => span.spanContext().traceId)).size).toBe(1)
    expect(parentOf(named('rindle upload')[0])).toBe('')
  })

  test('leaves neither keys nor filenames nor messages in spans', async () => {
    await using rindle = await instance()
    const { storageKey } = await rindle.upload('photo', picture, { filename: FILENAME })
    await expect(rindle.upload('photo', Buffer.from('no picture'), { filename: 'marked.txt' })).rejects.toThrow()
    const [, failed] = named('rindle upload')
    expect(failed).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'upload_rejected' },
      attributes: { 'error.type': 'upload_rejected' },
    })
    const told = JSON.stringify(
      spans.getFinishedSpans().map(({ name, attributes, status, events }) => ({ name, attributes, status, events })),
    )
    expect(told).not.toContain('marked')
    expect(told).not.toContain(storageKey)
  })
})

describe('a file of the application', () => {
  test('is a span of the verb round that of the storage, without its key', async () => {
    await using rindle = await instance()
    const key = 'marked/notes.txt'
    await rindle.store('photo', key, Buffer.from('x'))
    const made = { assetId: 'an id', variantName: 'print' }
    await rindle.storeVariant('photo', key, Buffer.from('x'), made)
    await rindle.head('photo', key)
    await rindle.download('photo', key, join(directory, 'downloaded'))
    await rindle.delete('photo', key)
    const calls = ['put', 'head', 'download', 'delete'].flatMap((name) => named(`storage ${name}`))
    expect(calls.map(parentOf)).toEqual([
      'rindle store',
      'rindle storeVariant',
      'rindle head',
      'rindle download',
      'rindle delete',
    ])
    expect(JSON.stringify(spans.getFinishedSpans().map(({ attributes }) => attributes))).not.toContain('marked')
  })
})

describe('a storage that is listed', () => {
  test('is one span, whatever the number of objects', async () => {
    await using rindle = await instance()
    await rindle.scanOrphans()
    expect(named('storage list').map(parentOf)).toEqual(['rindle scanOrphans'])
  })
})

describe('events', () => {
  test('are counters by name, and histograms of durations and sizes', async () => {
    await using rindle = await instance()
    await rindle.upload('photo', picture, { filename: FILENAME })
    await rindle.upload('photo', picture, { filename: FILENAME })
    await rindle.scanOrphans()
    await rindle.regenerateVariants({ dryRun: true })
    await reader.forceFlush()
    const metrics =
      metricExporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? []
    const points = (name: string) => metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []
    const attributes = { profile: 'photo', adapter: 'local', strategy: 'proxied' }
    expect(points('rindle.upload.stop')).toMatchObject([{ attributes, value: expect.any(Number) }])
    expect(points('rindle.upload.stop.size')).toMatchObject([{ value: { min: picture.byteLength } }])
    expect(points('rindle.repair.stop.duration')).toMatchObject([
      { attributes: { operation: 'scan_orphans', dry_run: true }, value: { count: 1 } },
      { attributes: { operation: 'regenerate_variants', dry_run: true }, value: { count: 1 } },
    ])
    const [duration] = points('rindle.repair.stop.duration')
    // In seconds: microseconds would be thousands.
    const max = (duration?.value as { readonly max: number } | undefined)?.max ?? 0
    expect(max > 0 && max < 60).toBe(true)
    expect(points('rindle.repair.stop.enqueued')).toMatchObject([{ value: expect.any(Number) }])
    expect(points('rindle.delivery.signed')).toEqual([])
  })
})

describe('gauges', () => {
  const collected = async (): Promise<MetricData[]> => {
    await reader.forceFlush()
    return (
      metricExporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? []
    )
  }
  const valueOf = (metrics: readonly MetricData[], name: string, attributes: object): unknown =>
    metrics
      .find(({ descriptor }) => descriptor.name === name)
      ?.dataPoints.find((point) => isDeepStrictEqual(point.attributes, attributes))?.value

  test('are depth, oldest wait, running and dead of each queue, states, and findings, when they are collected', async () => {
    await using rindle = await instance()
    await rindle.upload('photo', picture, { filename: FILENAME })
    const metrics = await collected()
    const promote = { queue: 'rindle_promote' }
    expect(valueOf(metrics, 'rindle.queue.waiting', promote)).toBeGreaterThanOrEqual(1)
    expect(valueOf(metrics, 'rindle.queue.oldest_wait', promote)).toBeGreaterThanOrEqual(0)
    expect(valueOf(metrics, 'rindle.queue.running', promote)).toBe(0)
    expect(valueOf(metrics, 'rindle.queue.dead', promote)).toBe(0)
    expect(valueOf(metrics, 'rindle.queue.workers', promote)).toBe(0)
    expect(valueOf(metrics, 'rindle.assets', { state: 'validating' })).toBeGreaterThanOrEqual(1)
    expect(valueOf(metrics, 'rindle.status.findings', { class: 'failed_work', severity: 'error' })).toBe(0)
    const [wait] = metrics.filter(({ descriptor }) => descriptor.name === 'rindle.queue.oldest_wait')
    expect(wait?.descriptor).toMatchObject({ unit: 's', description: expect.stringMatching(/\.$/) })
    expect(wait?.dataPointType).toBe(DataPointType.GAUGE)
  })

  test('are not read once the instance has stopped, or if they are switched off', async () => {
    // A separate reader, because a reader keeps reporting what it has once collected.
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const own = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] })
    const stopped = await instance({ telemetry: openTelemetry({ meterProvider: own }) })
    await stopped.stop()
    await using _unwatched = await instance({ telemetry: openTelemetry({ meterProvider: own, gauges: false }) })
    await own.forceFlush()
    expect(exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)).toEqual([])
    await own.shutdown()
  })

  test('that cannot be read break nothing: other metrics are reported, and the next collection reads them again', async () => {
    const observed: unknown[] = []
    const end = openTelemetry({ meterProvider }).observe(
      [{ name: 'test.gauge', unit: '{test}', description: 'A test.' }],
      async () => {
        observed.push('read')
        if (observed.length === 1) throw new Error('The database is away.')
        return [
          { name: 'test.gauge', value: 7, attributes: {} },
          { name: 'test.unknown', value: 8, attributes: {} },
        ]
      },
    )
    expect(valueOf(await collected(), 'test.gauge', {})).toBeUndefined()
    expect(valueOf(await collected(), 'test.gauge', {})).toBe(7)
    end()
    await collected()
    expect(observed).toHaveLength(2)
  })
})

describe('without the option', () => {
  test('there is no span, no carrier in a job and no wrapper', async () => {
    const storage = localStorageHere()
    await using rindle = await instance({ storage, isTraced: false })
    expect(rindle.storageAdapterFor('photo')).toBe(storage)
    const { id } = await rindle.upload('photo', picture, { filename: FILENAME })
    expect(spans.getFinishedSpans()).toEqual([])
    const sql = `select data from pgboss.job where singleton_key = '${id}'`
    const [job] = await rindle.prisma.$queryRawUnsafe<{ readonly data: object }[]>(sql)
    expect(job?.data).toMatchObject({ assetId: id })
    expect(job?.data).not.toHaveProperty('trace')
  })
})

describe('a context', () => {
  test('is absent where no span is active', () => {
    expect(openTelemetry().context()).toBeNull()
  })
})
