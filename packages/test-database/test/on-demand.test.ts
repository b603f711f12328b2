import { expect, test } from 'vitest'
import { ask, onDemand } from '../src/on-demand.ts'

function counted(): {
  started: number
  closed: number
  start: () => Promise<{ answer: string; close: () => Promise<void> }>
} {
  const counts = {
    started: 0,
    closed: 0,
    start: async () => {
      counts.started += 1
      return { answer: 'here', close: async () => void (counts.closed += 1) }
    },
  }
  return counts
}

test('a resource is not started without a request', async () => {
  const counts = counted()
  const offer = await onDemand(counts.start)
  await offer.close()
  expect(counts).toMatchObject({ started: 0, closed: 0 })
})

test('what many ask for at once is started once, and ends with the run', async () => {
  const counts = counted()
  const offer = await onDemand(counts.start)
  expect(await Promise.all([ask(offer.address), ask(offer.address)])).toEqual(['here', 'here'])
  expect(await ask(offer.address)).toBe('here')
  await offer.close()
  expect(counts).toMatchObject({ started: 1, closed: 1 })
  await expect(ask(offer.address)).rejects.toThrow('fetch failed')
})

test('what cannot be started fails those who ask, with the reason, and not the end of the run', async () => {
  const offer = await onDemand(() => Promise.reject(new Error('there is no disk left')))
  await expect(ask(offer.address)).rejects.toThrow('there is no disk left')
  await expect(ask(offer.address)).rejects.toThrow('there is no disk left')
  await offer.close()
})
