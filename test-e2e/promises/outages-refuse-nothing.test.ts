import { RindleError } from '@rindle/core'
import { faultyStorage } from '@rindle/testing'
import { expect, it, vi } from 'vitest'
import { startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

it('variants that a storage refuses to take are made later: they wait, and say for what', async () => {
  await using application = await startApplication({
    wrapStorage: (storage) =>
      faultyStorage(storage, {
        onCall: async (point, [key = '']) => {
          const isVariant = point === 'put:before' && !key.includes('original-')
          if (isVariant) throw new RindleError('storage_denied', 'The key may not write.')
        },
      }),
  })
  const { rindle } = application
  const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  await application.work()
  const variants = await vi.waitFor(
    async () => {
      const seen = (await rindle.asset(id))?.variants ?? []
      expect(seen.map(({ errorReason }) => errorReason)).toEqual(Array(3).fill('storage_denied'))
      return seen
    },
    { timeout: 10_000, interval: 20 },
  )
  for (const { state, waitingSince } of variants) {
    expect(['queued', 'processing']).toContain(state)
    expect(waitingSince).toBeInstanceOf(Date)
  }
})
