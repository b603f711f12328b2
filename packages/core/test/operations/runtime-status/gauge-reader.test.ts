import { describe, expect, it } from 'vitest'
import { GaugeReader } from '../../../src/operations/runtime-status/gauge-reader.ts'

/** Readings that end when the test says so, each with a different value. */
function readings(): {
  readonly count: () => number
  readonly read: () => Promise<{ name: string; value: number; attributes: object }[]>
  readonly end: (how?: 'well' | 'badly') => void
} {
  const begun: PromiseWithResolvers<{ name: string; value: number; attributes: object }[]>[] = []
  return {
    count: () => begun.length,
    read: () => {
      const reading = Promise.withResolvers<{ name: string; value: number; attributes: object }[]>()
      begun.push(reading)
      return reading.promise
    },
    end: (how = 'well') => {
      const last = begun.at(-1)
      if (how === 'well') last?.resolve([{ name: 'rindle.assets', value: begun.length, attributes: {} }])
      else last?.reject(new Error('The database is away.'))
    },
  }
}

const reading = (value: number) => [{ name: 'rindle.assets', value, attributes: {} }]

describe('gauges', () => {
  it('are read once for all concurrent callers, and served for fifteen seconds', async () => {
    let nowMs = 0
    const { count, read, end } = readings()
    const reader = new GaugeReader(read as never, { nowMs: () => nowMs })
    const asked = Promise.all([reader.gauges(), reader.gauges()])
    end()
    expect(await asked).toEqual([reading(1), reading(1)])
    nowMs = 14_999
    expect(await reader.gauges()).toEqual(reading(1))
    nowMs = 15_000
    const again = reader.gauges()
    end()
    expect(await again).toEqual(reading(2))
    expect(count()).toBe(2)
  })

  it('time out before a monitor does, and the next caller uses the running reading', async () => {
    const { count, read, end } = readings()
    const reader = new GaugeReader(read as never, { timeoutMs: 1 })
    for (let ask = 0; ask < 3; ask += 1) {
      await expect(reader.gauges()).rejects.toMatchObject({ code: 'database_unavailable' })
    }
    expect(count()).toBe(1)
    end()
    expect(await reader.gauges()).toEqual(reading(1))
  })

  it('that could not be read are read again for the next caller', async () => {
    const { count, read, end } = readings()
    const reader = new GaugeReader(read as never)
    const failing = reader.gauges()
    end('badly')
    await expect(failing).rejects.toThrow('The database is away.')
    const next = reader.gauges()
    end()
    expect(await next).toEqual(reading(2))
    expect(count()).toBe(2)
  })
})
