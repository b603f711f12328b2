import { defineProfile, type Processor, type Profile, type StorageAdapter } from '@rindle/core'
import type { JobSchedule } from '@rindle/core/adapter'
import { describe, expect, it } from 'vitest'
import type { KnownWorker } from '../../../src/jobs/live-workers.ts'
import { refusedQueues } from '../../../src/jobs/refused-queues.ts'
import type { EventTargetStatus } from '../../../src/operations/deliveries/event-targets.ts'
import { preflightProblem } from '../../../src/operations/doctor/browser-preflight.ts'
import { clockFinding } from '../../../src/operations/doctor/clock-finding.ts'
import { targetFinding } from '../../../src/operations/doctor/hook-findings.ts'
import { scheduleFinding } from '../../../src/operations/doctor/maintenance-findings.ts'
import { mirrorFinding } from '../../../src/operations/doctor/mirror-findings.ts'
import { nodeFindings } from '../../../src/operations/doctor/node-findings.ts'
import { profileFindings } from '../../../src/operations/doctor/profile-findings.ts'
import { reasonOf } from '../../../src/operations/doctor/reason-of.ts'
import { spaceFinding } from '../../../src/operations/doctor/work-directory-findings.ts'
import { queueFinding } from '../../../src/operations/doctor/worker-findings.ts'
import { picture } from '../../kinds.ts'

describe('Node', () => {
  it.each([
    ['22.12.0', 'ok'],
    ['24.1.0', 'ok'],
    ['22.11.9', 'error'],
    ['20.20.0', 'error'],
  ])('%s: %s', (version, status) => {
    expect(nodeFindings(version, {})[0]).toMatchObject({ id: 'node.version', status })
  })

  it('is no place for long work where the platform ends processes', () => {
    expect(nodeFindings('24.1.0', {})[1]).toMatchObject({ id: 'node.environment', status: 'ok' })
    expect(nodeFindings('24.1.0', { AWS_LAMBDA_FUNCTION_NAME: 'api' })[1]).toMatchObject({
      status: 'warn',
      summary: expect.stringContaining('AWS Lambda'),
    })
    expect(nodeFindings('24.1.0', { VERCEL: '1' })[1]).toMatchObject({ status: 'warn' })
    expect(nodeFindings('24.1.0', { VERCEL: '' })[1]).toMatchObject({ status: 'ok' })
  })
})

describe('two clocks', () => {
  const tolerance = { whose: 'it', resolutionMs: 1_000, warnFromMs: 5_000, errorFromMs: 60_000 }
  it.each<[string, before: number, other: number, after: number, status: string]>([
    ['agree when the other reading lies between the two', 10_000, 11_000, 12_000, 'ok'],
    ['agree when the other shows only whole seconds', 10_900, 10_000, 11_000, 'ok'],
    ['agree when the reading takes longer than the tolerance', 0, 1_000, 90_000, 'ok'],
    ['agree below the first limit', 10_000, 14_999, 10_000, 'ok'],
    ['differ from the first limit', 10_000, 15_000, 10_000, 'warn'],
    ['differ in the other direction, too', 16_000, 10_000, 16_000, 'warn'],
    ['are an error from the second limit', 10_000, 70_000, 10_000, 'error'],
  ])('%s', (_what, before, other, after, status) => {
    expect(clockFinding('x.clock', { before, other, after }, tolerance).status).toBe(status)
  })
})

describe('scheduled maintenance', () => {
  const now = new Date('2026-01-02T03:04:05Z')
  const due = (hours: number | null): JobSchedule => ({
    name: 'verifyStorage',
    queue: 'rindle_maintenance',
    cron: '0 4 * * 0',
    payload: {},
    since: now,
    nextAfter: (time) => (hours === null ? null : new Date(time.getTime() + hours * 3_600_000)),
  })

  it('is required', () => {
    expect(scheduleFinding([], now)).toMatchObject({
      status: 'warn',
      fix: expect.stringContaining('`rindle schedule`'),
    })
  })

  it('is reported with its next run', () => {
    expect(scheduleFinding([due(5), due(2), due(null)], now)).toEqual({
      id: 'maintenance.schedule',
      status: 'ok',
      summary: '3 tasks, the next at 2026-01-02T05:04:05.000Z',
    })
    expect(scheduleFinding([due(null)], now).summary).toBe('1 task, none of them is ever due')
  })
})

describe('a preflight', () => {
  const wanted = { origin: 'https://app.example', method: 'PUT', headers: ['content-type', 'x-amz-meta'] }
  const allow = (origin: string, methods: string, headers: string): Headers =>
    new Headers({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': methods,
      'access-control-allow-headers': headers,
    })

  it.each<[string, number, Headers, string | undefined]>([
    ['allows by name', 200, allow('https://app.example', 'GET, PUT', 'X-Amz-Meta,Content-Type'), undefined],
    ['allows everything', 204, allow('*', '*', '*'), undefined],
    ['is refused by its status', 403, allow('*', '*', '*'), 'the preflight is answered with 403'],
    ['is refused without headers', 200, new Headers(), 'the origin is not allowed'],
    ['is for another origin', 200, allow('https://other.example', '*', '*'), 'the origin is not allowed'],
    ['is for another method', 200, allow('*', 'GET', '*'), 'PUT is not allowed'],
    ['does not allow all headers', 200, allow('*', 'PUT', 'content-type'), 'headers are not allowed: x-amz-meta'],
  ])('%s', (_what, status, headers, refusal) => {
    expect(preflightProblem({ status, headers }, wanted)).toBe(refusal)
  })
})

describe('the space for work in progress', () => {
  it.each([
    [2_000_000_000, 1_000_000_000, 'ok', '2 GB free; the largest accepted source has 1 GB'],
    [1_999_000_000, 1_000_000_000, 'warn', '2 GB free; the largest accepted source has 1 GB'],
    [999_000_000, 1_000_000_000, 'error', '999 MB free; the largest accepted source has 1 GB'],
    [0, 0, 'ok', '0 B free; the largest accepted source has 0 B'],
  ])('%i bytes for sources of %i: %s', (freeBytes, largestBytes, status, summary) => {
    expect(spaceFinding(freeBytes, largestBytes)).toMatchObject({ status, summary })
  })
})

describe('the workers of a queue', () => {
  const worker = (beatAgeSeconds: number, host = 'a', promote = 5): KnownWorker => ({
    id: host,
    host,
    processId: 7,
    queues: { rindle_promote: promote },
    refused: {},
    targets: [],
    startedAt: new Date(0),
    beatAt: new Date(0),
    beatAgeSeconds,
    stoppedAgeSeconds: null,
    isBrief: false,
  })

  it('are not missed between two drains, only when the next one is overdue', () => {
    const drain = { ...worker(600), stoppedAgeSeconds: 600, isBrief: true }
    expect(queueFinding('rindle_promote', [drain], true)).toEqual({
      id: 'workers.promote',
      status: 'ok',
      summary: 'no worker is running, but drains serve it; the last one, process 7 on a, stopped 600 s ago',
    })
    expect(queueFinding('rindle_promote', [{ ...drain, beatAgeSeconds: 901 }], true)).toMatchObject({ status: 'error' })
    expect(queueFinding('rindle_media', [drain], true)).toMatchObject({ status: 'error' })
  })

  it('are counted with their hosts and slots', () => {
    expect(queueFinding('rindle_promote', [worker(3), worker(9, 'b', 1), worker(900, 'c')], true)).toEqual({
      id: 'workers.promote',
      status: 'ok',
      summary: '2 workers on 2 hosts, 6 jobs at once; each had a heartbeat within 9 s',
    })
  })

  it('are dead after a minute without a beat', () => {
    expect(queueFinding('rindle_promote', [worker(60)], true).status).toBe('ok')
    expect(queueFinding('rindle_promote', [worker(61)], true)).toMatchObject({
      status: 'error',
      summary: 'no live worker; the last one, process 7 on a, died 61 s ago: uploads stay unverified',
    })
  })

  it('that have stopped are not called dead, and are named before one that died earlier', () => {
    const stopped = { ...worker(20), stoppedAgeSeconds: 20 }
    expect(queueFinding('rindle_promote', [stopped, worker(900, 'c')], true)).toMatchObject({
      status: 'error',
      summary: 'no live worker; the last one, process 7 on a, stopped 20 s ago: uploads stay unverified',
    })
  })

  it('are named, with the reason, when their machines cannot work on it', () => {
    const refusing = { ...worker(3), refused: { rindle_media: 'There is no ffmpeg.' } }
    expect(queueFinding('rindle_media', [refusing], true)).toMatchObject({
      status: 'error',
      summary:
        'no worker takes jobs: video and audio get no variants; the only worker for it cannot; process 7 on a says: There is no ffmpeg.',
    })
    expect(queueFinding('rindle_media', [refusing, { ...refusing, host: 'b' }], true).summary).toContain(
      'all 2 workers',
    )
    const able = { ...worker(3, 'c'), queues: { rindle_media: 1 } }
    expect(queueFinding('rindle_media', [refusing, able], true)).toMatchObject({
      status: 'ok',
      summary: '1 worker on 1 host, 1 job at once; each had a heartbeat within 3 s; 1 worker more cannot',
    })
    expect(queueFinding('rindle_media', [{ ...refusing, beatAgeSeconds: 61 }], true).summary).toMatch(/^no live worker/)
  })

  it('of another queue do not count', () => {
    expect(queueFinding('rindle_purge', [worker(1)], true)).toMatchObject({ status: 'error' })
    expect(queueFinding('rindle_media', [worker(1)], false)).toMatchObject({ status: 'ok' })
  })
})

describe('a profile', () => {
  const storage = (...capabilities: readonly string[]): StorageAdapter =>
    ({ name: 'fake', capabilities: new Set(capabilities) }) as unknown as StorageAdapter
  const jpegs = { name: 'fake', recipes: [picture], capabilities: new Set(['image/jpeg']) } as unknown as Processor
  const everything = storage('signed_url', 'public_url', 'head', 'list')
  const profile = defineProfile({
    storage: 'main',
    accept: { types: ['image/png'], maxBytes: 1_000 },
    variants: { small: picture({ capability: 'image/jpeg' }) },
  })
  const statuses = (changed: Profile, adapter: StorageAdapter, processors: readonly Processor[]): readonly string[] =>
    profileFindings(changed, adapter, processors).map(({ status }) => status)

  it('is fine with a storage and processors that have what it needs', () => {
    expect(statuses(profile, everything, [jpegs])).toEqual(['ok', 'ok', 'ok'])
  })

  it('has recipes that were not made by defineProfile', () => {
    const variants = { small: { ...profile.variants.small, digest: '00' } }
    expect(profileFindings({ ...profile, variants }, everything, [jpegs])[0]).toMatchObject({
      id: 'profile.recipes',
      status: 'error',
      summary: 'the digest does not match the recipe: small',
    })
  })

  it('declares variants that no accepted type can give', () => {
    const accept = { ...profile.accept, types: ['application/pdf', 'audio/*'] } as const
    expect(profileFindings({ ...profile, accept }, everything, [jpegs])[0]).toMatchObject({
      status: 'warn',
      summary: 'never made, because no accepted type can be their source: small',
    })
  })

  it('has a storage without a capability that it, or an operator, needs', () => {
    expect(profileFindings(profile, storage('public_url'), [jpegs])[1]).toMatchObject({
      status: 'error',
      summary: 'storage "main" (fake) has no signed_url',
    })
    expect(profileFindings(profile, storage('signed_url', 'head'), [jpegs])[1]).toMatchObject({
      status: 'warn',
      summary: 'storage "main" (fake) has no list',
      fix: 'Do not use `rindle scan-orphans`, or choose another storage.',
    })
  })

  it('has recipes that no processor makes', () => {
    expect(profileFindings(profile, everything, [])[2]).toMatchObject({
      status: 'error',
      summary: 'none makes image/jpeg',
      fix: 'Add @test/pictures to `processors`.',
    })
  })
})

describe('a profile that extracts subtitles', () => {
  const film = defineProfile({
    storage: 'main',
    accept: { types: ['video/*'], maxBytes: 1_000 },
    extractSubtitles: true,
  })
  const signing = { name: 'fake', capabilities: new Set(['signed_url', 'head', 'list']) } as unknown as StorageAdapter
  const reader = (type: string, extractSubtitles?: () => void): Processor =>
    ({ name: 'reader', recipes: [], probes: new Set([type]), extractSubtitles }) as unknown as Processor

  it('needs a processor that extracts them from a type that it accepts', () => {
    const found = (processor: Processor) => profileFindings(film, signing, [processor]).at(-1)
    expect(found(reader('video/mp4', () => {}))).toEqual({
      id: 'profile.subtitles',
      status: 'ok',
      summary: 'extracted by reader',
    })
    for (const lacking of [reader('video/mp4'), reader('audio/mpeg', () => {})]) {
      expect(found(lacking)).toMatchObject({ id: 'profile.subtitles', status: 'error' })
    }
  })

  it('needs workers for media, and a machine without an extractor refuses that queue', async () => {
    const profiles = { film }
    const queues = ['rindle_media', 'rindle_process'] as const
    expect(await refusedQueues({ profiles, processors: [reader('video/mp4')] }, queues)).toEqual({
      rindle_media: expect.stringContaining('Add @rindle/processor-av'),
    })
    async function* fine(): AsyncGenerator<never> {}
    const able = { ...reader('video/mp4', () => {}), diagnose: fine } as Processor
    expect(await refusedQueues({ profiles, processors: [able] }, queues)).toEqual({})
  })
})

describe('a profile that removes metadata from originals', () => {
  const photo = (...types: readonly ['image/jpeg', ...('image/gif' | 'image/*')[]]) =>
    defineProfile({ storage: 'main', accept: { types, maxBytes: 1_000 }, originals: { metadata: 'strip' } })
  const signing = { name: 'fake', capabilities: new Set(['signed_url', 'head', 'list']) } as unknown as StorageAdapter
  const processor = (...types: readonly string[]): Processor =>
    ({ name: 'fake', recipes: [], metadataRemover: { contentTypes: new Set(types) } }) as unknown as Processor

  it('needs a processor that removes it, and is told of types that will be refused', () => {
    const found = (profile: Profile, ...processors: readonly Processor[]) =>
      profileFindings(profile, signing, processors).at(-1)
    const id = 'profile.originals'
    expect(found(photo('image/jpeg'), processor('image/jpeg'))).toMatchObject({ id, status: 'ok' })
    expect(found(photo('image/jpeg', 'image/*'), processor('image/jpeg'))).toMatchObject({ id, status: 'ok' })
    expect(found(photo('image/jpeg', 'image/gif'), processor('image/jpeg'))).toMatchObject({
      status: 'warn',
      summary: expect.stringContaining('image/gif'),
    })
    expect(found(photo('image/jpeg'), processor('video/mp4'))).toMatchObject({ id, status: 'error' })
    expect(found(photo('image/jpeg'))).toMatchObject({ id, status: 'error' })
  })
})

describe('the reason of a failure', () => {
  it.each<[unknown, string]>([
    [new Error('It broke.'), 'It broke'],
    [new Error('at postgres://me:pw@host/db\n  now'), 'at [url] now'],
    [new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }), 'connect ECONNREFUSED'],
    [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['a text', 'a text'],
  ])('%s: %s', (error, reason) => {
    expect(reasonOf(error)).toBe(reason)
  })
})

describe('a target of events', () => {
  const target: EventTargetStatus = {
    name: 'search',
    kind: 'webhook',
    types: ['asset.ready'],
    profiles: [],
    pausedAt: null,
    disabledAt: null,
    heldUntil: null,
    heldReason: null,
    pending: 1,
    dead: 0,
    workers: 1,
  }

  it.each([
    [{}, 'ok', 'search: 1 event waits'],
    [{ disabledAt: new Date(0) }, 'error', 'search answered 410 and is disabled, 1 event waits'],
    [{ workers: 0, pending: 7 }, 'warn', 'no living worker has search, 7 events wait'],
    [{ pausedAt: new Date(0) }, 'warn', 'search has been paused since 1970-01-01T00:00:00.000Z, 1 event waits'],
    [{ heldReason: 'unreachable' }, 'warn', 'search does not answer, 1 event waits'],
    [{ dead: 2 }, 'warn', 'search: 2 events given up'],
  ] as const)('%j: %s', (changes, status, summary) => {
    const finding = targetFinding({ ...target, ...changes }, true)
    expect(finding).toMatchObject({ status, summary })
    expect(finding.fix === undefined).toBe(status === 'ok')
  })

  it('says nothing of workers where nobody works at all: another check does', () => {
    expect(targetFinding({ ...target, workers: 0 }, false)).toMatchObject({ status: 'ok' })
  })
})

describe('the mirrors of a storage', () => {
  const now = new Date(3_600_000)

  it.each([
    [{ waiting: 0, since: null, reason: null }, 'ok', 'the mirrors are up to date'],
    [
      { waiting: 1, since: new Date(3_540_000), reason: null },
      'ok',
      '1 change waits for the mirrors, the oldest for 60 s',
    ],
    [{ waiting: 2, since: new Date(0), reason: null }, 'warn', '2 changes wait for the mirrors, the oldest for 3600 s'],
    [{ waiting: 2, since: new Date(0), reason: 'storage_denied' }, 'warn', expect.stringContaining('(storage_denied)')],
  ] as const)('%j: %s', (lag, status, summary) => {
    const finding = mirrorFinding(lag, now)
    expect(finding).toMatchObject({ id: 'storage.mirrors', status, summary })
    expect(finding.fix === undefined).toBe(status === 'ok')
  })
})
