import { describe, expect, it } from 'vitest'
import {
  deadLetterQueue,
  deliveryKeys,
  drainKeys,
  keyFor,
  laneOfQueue,
  promoteKey,
  purgeKey,
  QUEUE_NAMES,
  QUEUES,
  queueOfLane,
  variantsKey,
} from '../../src/domain/queues.ts'
import { LANES } from '../../src/domain/states.ts'

describe('queues', () => {
  it('are all defined, and tried more than once', () => {
    expect(Object.keys(QUEUES)).toEqual([...QUEUE_NAMES])
    for (const name of QUEUE_NAMES) expect(QUEUES[name].attempts).toBeGreaterThan(1)
  })

  it('have distinct dead-letter queues', () => {
    const dead = QUEUE_NAMES.map(deadLetterQueue)
    expect(new Set([...QUEUE_NAMES, ...dead]).size).toBe(2 * QUEUE_NAMES.length)
    expect(deadLetterQueue('rindle_media')).toBe('rindle_media_dead')
  })

  it('have one queue for each lane of variants', () => {
    for (const lane of LANES) expect(laneOfQueue(queueOfLane(lane))).toBe(lane)
    expect(QUEUE_NAMES.filter((queue) => laneOfQueue(queue) !== null)).toHaveLength(LANES.length)
  })

  it('have another key for a job that waits for a time, which absorbs no request for one at once', () => {
    const keys = deliveryKeys('search', 'a1')
    expect([keyFor(keys, 0), keyFor(keys, 3_600)]).toEqual(['search:a1', 'search:a1:later'])
  })

  it('have one job key per piece of work', () => {
    expect(promoteKey('a1')).toBe('a1')
    expect(purgeKey('a1')).toBe('a1')
    expect(variantsKey('a1', 'fast')).not.toBe(variantsKey('a1', 'slow'))
    const keys = [...deliveryKeys('search', 'a1'), ...drainKeys('search')]
    expect(new Set(keys).size).toBe(4)
    expect(variantsKey('a1', 'encode')).not.toBe(variantsKey('a2', 'encode'))
  })
})
