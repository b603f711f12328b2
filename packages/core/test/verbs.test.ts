import { createRindle, type JobsAdapter } from '@rindle/core'
import { expect, it } from 'vitest'
import { VERBS } from '../src/verbs.ts'

it('the table of verbs has a line for each method of an instance, and none besides', () => {
  const notCalled = (): never => {
    throw new Error('Nothing is asked of an instance that was only made.')
  }
  const jobs = { name: 'none', enqueue: notCalled, work: notCalled, connect: () => {} } as unknown as JobsAdapter
  const rindle = createRindle({ database: 'postgres://localhost/app', storages: {}, jobs, profiles: {} })
  const methods = Object.entries(Object.getOwnPropertyDescriptors(rindle))
    .filter(([, { value }]) => typeof value === 'function')
    .map(([name]) => name)
  expect(methods.toSorted()).toEqual(Object.keys(VERBS).toSorted())
})
