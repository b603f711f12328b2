import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { byRunLength } from '../support/run-length.ts'

const PROGRAM = fileURLToPath(new URL('../../bench/src/bin.ts', import.meta.url))
const MAX_OUTPUT_BYTES = 10_000_000
const isAsked = byRunLength('every bench, once', { sample: false, short: true, long: true })

/** Every figure of a quick run. Payload is not among them: it would have to be installed first. */
const FIGURES = [
  'images',
  'images/cpu',
  'images-s3',
  'small-images',
  'time-to-ready',
  'heic',
  'image-effects/overlay',
  'image-effects/blur',
  'image-effects/radius',
  'avif/cpu',
  'avif/bytes',
  'avif/wall',
  'worker-memory',
  'worker-memory/flat',
  'job-latency',
  'job-latency/p99',
  'backlog',
  'deep-backlog',
  'completion/register',
  'completion/attach',
  'completion/variant-commit',
  'upload',
  'upload/memory',
  'tus',
  'tus-small',
  'tus-small/as-it-comes',
  'av',
  'av-outputs',
  'stream',
  'stream/cpu',
  'sign',
  'serve',
  'serve-small',
  'serve-small/p99',
  'serve-range',
  'serve-range/p99',
  'serve-304',
  'serve-304/p99',
  'api/show',
  'api/begin',
  'image-member',
  'image-member/cold',
  'playlists',
  'scale',
  'operations/status',
  'operations/checkInvariants',
  'operations/verifyStorage',
  'operations/regenerateVariants',
  'operations/abortIncompleteUploads',
  'operations/cleanupOrphans',
  'operations/backfillMetadata',
  'operations/memory',
  'move-storage',
  'console/overview-first',
  'console/overview',
  'console/overview-of-a-week',
  'console/assets',
  'console/assets-table',
  'console/assets-second-page',
  'console/assets-by-state',
  'console/assets-in-work',
  'console/assets-by-profile',
  'console/assets-by-name',
  'console/assets-by-kind',
  'console/assets-by-kind-none',
  'console/assets-by-date',
  'console/assets-by-owner',
  'console/assets-by-slot',
  'console/assets-by-slot-none',
  'console/assets-by-error',
  'console/asset',
  'console/uploads',
  'console/uploads-completed',
  'console/uploads-failed',
  'console/work',
  'console/maintenance',
  'console/events',
  'console/events-dead',
  'console/log',
  'ten-million/url',
  'ten-million/attachmentsFor',
  'ten-million/claim',
  'ten-million/status',
  'ten-million/verifyStorage',
  'ten-million/console-overview-first',
  'ten-million/console-overview',
  'ten-million/console-overview-of-a-week',
  'ten-million/console-assets',
  'ten-million/console-assets-table',
  'ten-million/console-assets-second-page',
  'ten-million/console-assets-by-state',
  'ten-million/console-assets-in-work',
  'ten-million/console-assets-by-profile',
  'ten-million/console-assets-by-name',
  'ten-million/console-assets-by-kind',
  'ten-million/console-assets-by-kind-none',
  'ten-million/console-assets-by-date',
  'ten-million/console-assets-by-owner',
  'ten-million/console-assets-by-slot',
  'ten-million/console-assets-by-slot-none',
  'ten-million/console-assets-by-error',
  'ten-million/console-asset',
  'ten-million/console-uploads',
  'ten-million/console-uploads-completed',
  'ten-million/console-uploads-failed',
  'ten-million/console-work',
  'ten-million/console-maintenance',
  'ten-million/console-events',
  'ten-million/console-events-dead',
  'ten-million/console-log',
  'soak/memory',
  'soak/rate',
]

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rindle-every-bench-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

interface Run {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

function quickRun(history: string): Promise<Run> {
  // Dozens of processes load the same files.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(directory, 'compiled') }
  const args = [...process.execArgv, PROGRAM, '--quick', '--history', history]
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env, maxBuffer: MAX_OUTPUT_BYTES }, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode, stdout, stderr })
    })
  })
}

describe.skipIf(!isAsked)('pnpm bench --quick', () => {
  test('runs every bench, ends with a line for each figure, and adds each to the history', {
    // Only ends a run that hangs. It grows with the benches, and says nothing of their speed.
    timeout: FIGURES.length * 30_000,
  }, async () => {
    const history = join(directory, 'history.jsonl')
    const { exitCode, stdout, stderr } = await quickRun(history)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    const [, summary = ''] = stdout.split('\nSummary\n')
    const lines = summary.trimEnd().split('\n').slice(1)
    expect(lines.map((line) => line.trim().split(/\s+/)[0])).toEqual(FIGURES)
    const recorded = (await readFile(history, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(recorded.map(({ name }) => name)).toEqual(FIGURES)
    for (const figure of recorded) {
      expect(figure).toMatchObject({
        recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        ratio: expect.toSatisfy((ratio) => Number.isFinite(ratio) && ratio > 0),
        budget: expect.toSatisfy((budget) => Number.isFinite(budget) && budget > 0),
        machine: { node: process.version },
      })
      expect(figure).toHaveProperty('commit')
    }
  })
})
