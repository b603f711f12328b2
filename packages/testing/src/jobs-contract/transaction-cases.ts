import assert from 'node:assert/strict'
import { failureOf } from '../storage-contract/expectations.ts'
import type { JobsContractCase } from './contract-case.ts'
import { eventually } from './eventually.ts'
import { enqueue, jobFor, QUEUE, recordingWorker, whileWorking } from './recording-worker.ts'

/** Jobs that exist when, and only when, a transaction commits. */
export const transactionCases: readonly JobsContractCase[] = [
  {
    name: 'makes a job exist with the commit of its transaction, and not before',
    needs: ['transactional_enqueue'],
    run: async (subject) => {
      const { adapter, transaction } = subject
      const worker = recordingWorker()
      await whileWorking(adapter, [worker], async () => {
        const [id] = await transaction(async (tx) => {
          const ids = await adapter.enqueue([jobFor('a')], tx)
          assert.equal((await adapter.findLive(QUEUE, ['a'])).size, 0, 'It must not exist before the commit.')
          await enqueue(subject, jobFor('other'))
          await eventually(subject, 'another job ran', () => worker.handled.length > 0)
          return ids
        })
        await eventually(subject, 'the job ran after the commit', () => worker.handled.length === 2)
        assert.equal(worker.handled[1]?.id, id)
      })
      assert.deepEqual(worker.keys(), ['other', 'a'])
    },
  },
  {
    name: 'makes no job when its transaction rolls back, and admits its key again',
    needs: ['transactional_enqueue'],
    run: async (subject) => {
      const { adapter, transaction } = subject
      const rolledBack = new Error('Rolled back on purpose.')
      const failure = await failureOf(() =>
        transaction(async (tx) => {
          await adapter.enqueue([jobFor('a'), jobFor('b')], tx)
          throw rolledBack
        }),
      )
      assert.equal(failure, rolledBack)
      assert.equal((await adapter.findLive(QUEUE, ['a', 'b'])).size, 0)
      assert.equal(typeof (await enqueue(subject, jobFor('a')))[0], 'string')
    },
  },
  {
    name: 'sees the waiting jobs of its own transaction',
    needs: ['transactional_enqueue'],
    run: async ({ adapter, transaction }) => {
      const ids = await transaction(async (tx) => [
        ...(await adapter.enqueue([jobFor('a')], tx)),
        ...(await adapter.enqueue([jobFor('a')], tx)),
      ])
      assert.deepEqual([typeof ids[0], ids[1]], ['string', null])
    },
  },
]
