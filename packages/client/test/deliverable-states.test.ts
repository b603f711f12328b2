import { DELIVERABLE_STATES } from '@rindle/core'
import { expect, it } from 'vitest'
import { DELIVERABLE_STATES as OF_THE_CLIENT } from '../src/upload-file.ts'

it('the states in which an asset may be delivered are those of the server', () => {
  expect(OF_THE_CLIENT).toEqual(DELIVERABLE_STATES)
})
