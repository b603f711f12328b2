import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Aftermath, aftermathOf, drain } from '../support/crash-aftermath.ts'
import { type CrashInstance, type CrashPlace, crashInstance } from '../support/crash-instance.ts'
import type { PlannedCrash } from '../support/crash-main.ts'
import { STORY_NAMES } from '../support/crash-plots.ts'
import { crash } from '../support/crash-process.ts'
import { Witness } from '../support/crash-witness.ts'
import { byRunLength, SEED } from '../support/run-length.ts'
import { startCrashPlace } from '../support/start-crash-place.ts'

// Each story of a group holds a connection at its point, and a test server has a hundred for everybody.
const GROUP_SIZE = 26

/** The process dies at one in this many points; the seed says at which. */
const ONE_IN = byRunLength('a death at one of so many points', { sample: 18, short: 1, long: 1 })

let place: CrashPlace & AsyncDisposable
let rindle: CrashInstance | undefined
let known: readonly PlannedCrash[]
let planned: readonly PlannedCrash[]
let aftermath: Aftermath
const witness = new Witness()
const missed: PlannedCrash[] = []
const errors: string[] = []

beforeAll(async () => {
  place = await startCrashPlace()
  const rehearsal = await crash(
    place,
    STORY_NAMES.map((story) => ({ story, point: null })),
    new Witness(),
  )
  known = plannedCrashes(rehearsal.points)
  planned = known.filter((_crash, index) => (index + SEED) % ONE_IN === 0)
  for (const group of groupsOf(planned)) {
    const lastWords = await crash(place, group, witness)
    missed.push(...lastWords.missed)
    errors.push(...lastWords.errors)
  }
  rindle = crashInstance(place)
  await drain(place, rindle, witness, 60_000)
  aftermath = await aftermathOf(place, rindle, witness)
}, 400_000)
afterAll(async () => {
  await rindle?.stop()
  await place[Symbol.asyncDispose]()
})

/** A crash for every distinct point, in the first story that comes by. */
function plannedCrashes(points: readonly (readonly string[])[]): readonly PlannedCrash[] {
  const stories = new Map<string, PlannedCrash>()
  for (const [index, story] of STORY_NAMES.entries()) {
    for (const point of certain(points[index] ?? [])) if (!stories.has(point)) stories.set(point, { story, point })
  }
  return [...stories.values()]
}

/**
 * How far a worker gets after its job is cancelled, and so whether an output is deleted, depends on when it hears of it.
 */
function certain(points: readonly string[]): readonly string[] {
  const cancelled = points.indexOf('cancel: after commit #1')
  return points.filter(
    (point, index) => cancelled < 0 || index <= cancelled || !/^(?:cancelled process|deletion)/.test(point),
  )
}

/**
 * A story that stops where a running job is being cancelled blocks the heartbeats of its whole process, so it runs
 * alone.
 */
function groupsOf(crashes: readonly PlannedCrash[]): readonly (readonly PlannedCrash[])[] {
  const isAlone = ({ point }: PlannedCrash): boolean =>
    /^cancel: (?:after update pgboss|before commit)/.test(point ?? '')
  const together = crashes.filter((each) => !isAlone(each))
  const groups = Array.from({ length: Math.ceil(together.length / GROUP_SIZE) }, (_, index) =>
    together.slice(index * GROUP_SIZE, (index + 1) * GROUP_SIZE),
  )
  return [...groups, ...crashes.filter(isAlone).map((each) => [each])]
}

it('a process dies before and after every storage call and every write, from upload to purge', () => {
  expect({ missed, errors }).toEqual({ missed: [], errors: [] })
  const kinds = new Set(known.map(({ point }) => point?.replace(/^[^:]*: /, '').replace(/ #\d+$/, '')))
  const whats = [
    'put',
    'get',
    'head',
    'copy',
    'delete',
    'deleteMany',
    'download',
    'resumable.begin',
    'resumable.append',
    'resumable.finish',
    'multipart.create',
    'multipart.listParts',
    'multipart.complete',
    'commit',
    'its handler',
    'insert into rindle.media_assets',
    'update rindle.media_assets',
    'delete from rindle.media_assets',
    'insert into rindle.media_variants',
    'update rindle.media_variants',
    'update rindle.media_upload_sessions',
    'insert into rindle.media_attachments',
    'delete from rindle.media_attachments',
    'insert into rindle.media_relocations',
    'delete from rindle.media_relocations',
    'insert into rindle.media_trashed_attachments',
    'delete from rindle.media_trashed_attachments',
    'insert into pgboss.job_common',
    'insert into rindle.media_processing_runs',
    'update rindle.media_processing_runs',
  ]
  expect(whats.flatMap((what) => [`before ${what}`, `after ${what}`]).filter((kind) => !kinds.has(kind))).toEqual([])
  console.info(`${planned.length} deaths, each at a point of its own, of ${known.length}.`)
  expect(known.length).toBeGreaterThan(400)
})

it('afterwards every invariant holds', () => {
  expect(aftermath.violations).toEqual([])
})

it('no upload is lost that the application was told of', () => {
  expect(aftermath.lost).toEqual([])
  expect(witness.acknowledged.size).toBeGreaterThan(planned.length / 5)
})

it('nothing waits for work that will not come', () => {
  expect(aftermath.stuck).toEqual([])
  expect(aftermath.exhausted).toEqual([])
  expect(aftermath.assetCount).toBeGreaterThan(planned.length / 5)
})

it('what lies in storage without a row is of an operation that was cut short, one object each', () => {
  const { unexplained, ...explained } = aftermath.orphans
  expect(unexplained).toEqual([])
  const counts = Object.fromEntries(Object.entries(explained).map(([kind, keys]) => [kind, keys.length]))
  console.info('Objects that no row knows:', explained)
  const leaving = (points: RegExp): number => planned.filter(({ point }) => points.test(point ?? '')).length
  expect(counts).toEqual({
    // An upload that needs no transaction is there with the insertion of its rows.
    unregistered: leaving(
      /^(?:refused upload: (?!before put|after delete)|(?:upload|whole): (?:after put|before insert)|upload: (?:after insert into (?!rindle\.media_assets)|before commit))/,
    ),
    overtaken: leaving(
      /^overtaken process fast: (?:after put|.* update .*(?:variants #2|runs)|.* commit #2|before delete)/,
    ),
    moving: leaving(/^(?:direct|remote) promote: (?:after copy|.* update .*assets #1|before delete)/),
  })
  if (ONE_IN === 1) expect(Math.min(...Object.values(counts))).toBeGreaterThan(0)
})

it('the orphan scan finds each of these objects, and no other', async () => {
  const found: string[] = []
  await rindle?.scanOrphans({ graceSeconds: 0, onOrphan: ({ key }) => void found.push(key) })
  expect(found.toSorted()).toEqual(Object.values(aftermath.orphans).flat().toSorted())
})

it('the audit trail says of every attempt how it ended', () => {
  expect(aftermath.openRuns).toBe(0)
})

it('work that is ready again was made by the process that took over', async () => {
  const attempts = await rindle?.prisma.mediaVariant.groupBy({ by: ['attempt'], _count: true })
  expect(attempts?.map(({ attempt }) => attempt)).toEqual(expect.arrayContaining([1, 2]))
})
