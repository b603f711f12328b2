import type { WorkersHealth } from '@rindle/core'
import { describe, expect, test } from 'vitest'
import { liveness, readiness } from '../src/worker/health.ts'

const NOW = new Date('2026-01-02T03:04:05Z')

function silentFor(seconds: number, state: WorkersHealth['state'] = 'working'): WorkersHealth {
  const triedAt = new Date(NOW.getTime() - seconds * 1_000)
  return { state, beatAt: triedAt, triedAt, refused: {} }
}

describe('a process is live', () => {
  test.each<[string, WorkersHealth | undefined, number]>([
    ['while it starts', undefined, 200],
    ['while it beats', silentFor(15), 200],
    ['while its beats take long to fail', silentFor(120), 200],
    ['not when it has not even tried for long', silentFor(121), 503],
    ['while it drains, however long that takes', silentFor(3_600, 'draining'), 200],
  ])('%s', (_when, health, status) => {
    expect(liveness(health, NOW).status).toBe(status)
  })
})

describe('a process is ready', () => {
  test.each<[string, ...Parameters<typeof readiness>, number]>([
    ['not before its workers run', undefined, undefined, 503],
    ['when everybody can see that they do', silentFor(1), 'known', 200],
    ['not when the database cannot be asked', silentFor(1), 'unreachable', 503],
    ['not when the database takes it for dead', silentFor(1), 'unknown', 503],
    ['not when it drains', silentFor(1, 'draining'), 'known', 503],
    ['not when it has stopped', silentFor(1, 'stopped'), 'known', 503],
  ])('%s', (_when, health, acknowledged, status) => {
    expect(readiness(health, acknowledged).status).toBe(status)
  })
})

test('a process that refuses a queue is ready for the others, and says why', () => {
  const refused = { rindle_media: 'There is no ffmpeg.' }
  expect(readiness({ ...silentFor(1), refused }, 'known')).toMatchObject({
    status: 200,
    body: { status: 'ready', refused },
  })
})
