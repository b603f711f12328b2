import { RindleError } from '@rindle/core'
import { expect, test } from 'vitest'
import { Deliveries } from '../src/deliveries.ts'

const outcome = (name: string) => ({ name, error: new RindleError('processing_failed', 'It failed.') })

test('outcomes are handed over one at a time, in their order', async () => {
  const seen: string[] = []
  const deliveries = new Deliveries(async ({ name }) => {
    seen.push(`${name} begins`)
    await Promise.resolve()
    seen.push(`${name} ends`)
  }, new AbortController().signal)
  await Promise.all([deliveries.begin(outcome('one')), deliveries.begin(outcome('two'))])
  await deliveries.settle()
  expect(seen).toEqual(['one begins', 'one ends', 'two begins', 'two ends'])
})

test('an outcome that waits for its turn is not handed over after an abort', async () => {
  const controller = new AbortController()
  const seen: string[] = []
  const deliveries = new Deliveries(async ({ name }) => {
    seen.push(name)
    controller.abort(new Error('enough'))
  }, controller.signal)
  await Promise.all([deliveries.begin(outcome('one')), deliveries.begin(outcome('two'))])
  await expect(deliveries.settle()).rejects.toMatchObject({ code: 'variant_processing_cancelled' })
  expect(seen).toEqual(['one'])
})
