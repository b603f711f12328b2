import { expect, test } from 'vitest'
import { settlementOf } from '../src/held-job.ts'

test.each([
  { isOurs: true, isGivenUp: false, hasFailed: false, settlement: 'complete' },
  { isOurs: true, isGivenUp: false, hasFailed: true, settlement: 'fail' },
  { isOurs: true, isGivenUp: true, hasFailed: false, settlement: 'complete' },
  { isOurs: true, isGivenUp: true, hasFailed: true, settlement: 'give_back' },
  { isOurs: false, isGivenUp: false, hasFailed: false, settlement: 'none' },
  { isOurs: false, isGivenUp: true, hasFailed: true, settlement: 'none' },
])('a job with $isOurs/$isGivenUp/$hasFailed (ours, given up, failed) ends as $settlement', (row) => {
  expect(settlementOf(row, row.hasFailed)).toBe(row.settlement)
})
