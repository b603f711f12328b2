import { describe, expect, test } from 'vitest'
import { openMetrics } from '../src/worker/open-metrics.ts'

const QUEUE = { name: 'rindle.queue.waiting', unit: '{job}', description: 'Jobs that wait.' }
const WAIT = { name: 'rindle.queue.oldest_wait', unit: 's', description: 'How long "it" has waited.' }

describe('OpenMetrics text', () => {
  test('has a family for each gauge, with its unit in its name, and ends with its mark', () => {
    const text = openMetrics(
      [QUEUE, WAIT],
      [
        { name: QUEUE.name, value: 3, attributes: { queue: 'rindle_promote' } },
        { name: WAIT.name, value: 0.25, attributes: { queue: 'rindle_promote' } },
        { name: QUEUE.name, value: 0, attributes: {} },
      ],
    )
    expect(text).toBe(
      `# TYPE rindle_queue_waiting gauge
# HELP rindle_queue_waiting Jobs that wait.
rindle_queue_waiting{queue="rindle_promote"} 3
rindle_queue_waiting 0
# TYPE rindle_queue_oldest_wait_seconds gauge
# UNIT rindle_queue_oldest_wait_seconds seconds
# HELP rindle_queue_oldest_wait_seconds How long \\"it\\" has waited.
rindle_queue_oldest_wait_seconds{queue="rindle_promote"} 0.25
# EOF
`,
    )
  })

  test('escapes characters that would end a label, and writes NaN and infinities in its own form', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21]
    const readings = values.map((value) => ({ name: QUEUE.name, value, attributes: { 'a.b': 'x"\\\n', c: 'ü' } }))
    const lines = openMetrics([QUEUE], readings).split('\n').slice(2, 6)
    expect(lines).toEqual(
      ['NaN', '+Inf', '-Inf', '1e+21'].map((number) => `rindle_queue_waiting{a_b="x\\"\\\\\\n",c="ü"} ${number}`),
    )
  })
})
