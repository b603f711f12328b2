import { expect, it } from 'vitest'
import { fittingRuns } from '../src/fitting-runs.ts'

const GIBIBYTE = 1024 ** 3

function output(name: string, size?: { width: number; height: number }) {
  const expected = { contentType: '', demuxer: '', videoCodec: null, audioCodec: null, durationMs: 1 }
  return { name, encoding: { expected: size === undefined ? expected : { ...expected, size } } }
}

const OUTPUTS = [
  output('1080', { width: 1920, height: 1080 }),
  output('720', { width: 1280, height: 720 }),
  output('480', { width: 854, height: 480 }),
  output('sound'),
]

it.each([
  [4, '1080 720 480 sound'],
  [0.75, '1080 | 720 480 sound'],
  [0.25, '1080 | 720 | 480 | sound'],
])('outputs share a run as far as %d GiB of memory allow', (gibibytes, runs) => {
  const found = fittingRuns(OUTPUTS, gibibytes * GIBIBYTE)
  expect(found.map((run) => run.map(({ name }) => name).join(' ')).join(' | ')).toBe(runs)
})
