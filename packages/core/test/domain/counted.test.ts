import { expect, it } from 'vitest'
import { counted } from '../../src/domain/counted.ts'

it.each([
  [0, 'job', '0 jobs'],
  [1, 'job', '1 job'],
  [2, 'job', '2 jobs'],
])('%i %s reads as %s', (count, noun, text) => {
  expect(counted(count, noun)).toBe(text)
})

it('a noun may have an irregular plural', () => {
  expect([counted(1, 'entry', 'entries'), counted(2, 'entry', 'entries')]).toEqual(['1 entry', '2 entries'])
})
