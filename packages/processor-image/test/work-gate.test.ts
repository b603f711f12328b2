import { describe, expect, it } from 'vitest'
import { WorkGate } from '../src/work-gate.ts'

const FOREVER = new AbortController().signal

// Everything the gate decides is decided within the current turn of the event loop.
async function settledNow<T>(promise: Promise<T>): Promise<T | 'waits'> {
  const { promise: later, resolve } = Promise.withResolvers<'waits'>()
  setImmediate(() => resolve('waits'))
  return Promise.race([promise, later])
}

describe('a work gate', () => {
  it('admits as many as it has slots, and the next when one leaves', async () => {
    const gate = new WorkGate(2, 100)
    const first = await gate.enter(1, FOREVER)
    await gate.enter(1, FOREVER)
    const third = gate.enter(1, FOREVER)
    expect(await settledNow(third)).toBe('waits')
    first()
    expect(await settledNow(third)).not.toBe('waits')
  })

  it('admits no more than fits in memory, though slots are free', async () => {
    const gate = new WorkGate(3, 100)
    const first = await gate.enter(60, FOREVER)
    const second = gate.enter(60, FOREVER)
    expect(await settledNow(second)).toBe('waits')
    first()
    expect(await settledNow(second)).not.toBe('waits')
  })

  it('admits what never fits once it is alone', async () => {
    const gate = new WorkGate(3, 100)
    const small = await gate.enter(1, FOREVER)
    const huge = gate.enter(1000, FOREVER)
    expect(await settledNow(huge)).toBe('waits')
    small()
    expect(await settledNow(huge)).not.toBe('waits')
  })

  it('keeps the order of arrival, so that small images do not overtake a large one for ever', async () => {
    const gate = new WorkGate(3, 100)
    const first = await gate.enter(60, FOREVER)
    const large = gate.enter(60, FOREVER)
    const small = gate.enter(1, FOREVER)
    expect(await settledNow(small)).toBe('waits')
    first()
    expect(await settledNow(large)).not.toBe('waits')
    expect(await settledNow(small)).not.toBe('waits')
  })

  it('lends a free slot to who is inside, but not while another waits', async () => {
    const gate = new WorkGate(2, 100)
    await gate.enter(60, FOREVER)
    const borrowed = gate.tryBorrow()
    expect(borrowed).not.toBeNull()
    expect(gate.tryBorrow()).toBeNull()
    borrowed?.()
    void gate.enter(60, FOREVER)
    expect(gate.tryBorrow()).toBeNull()
  })

  it('takes a release once', async () => {
    const gate = new WorkGate(1, 100)
    const release = await gate.enter(1, FOREVER)
    release()
    release()
    await gate.enter(1, FOREVER)
    expect(await settledNow(gate.enter(1, FOREVER))).toBe('waits')
  })

  it('lets go of who was cancelled while waiting, and admits those behind', async () => {
    const gate = new WorkGate(2, 100)
    await gate.enter(60, FOREVER)
    const controller = new AbortController()
    const large = gate.enter(60, controller.signal)
    const small = gate.enter(1, FOREVER)
    controller.abort()
    await expect(large).rejects.toMatchObject({ code: 'variant_processing_cancelled' })
    expect(await settledNow(small)).not.toBe('waits')
  })
})
