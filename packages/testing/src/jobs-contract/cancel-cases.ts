import assert from 'node:assert/strict'
import { isRindleError } from '@rindle/core'
import type { RunningJob } from '@rindle/core/adapter'
import { failureOf, rejectsWith } from '../storage-contract/expectations.ts'
import type { JobsContractCase } from './contract-case.ts'
import { eventually } from './eventually.ts'
import { enqueue, jobFor, QUEUE, recordingWorker, untilAborted, whileWorking } from './recording-worker.ts'

const MAX_ABORT_MS = 1_000

/** Cancelling jobs by their keys. */
export const cancelCases: readonly JobsContractCase[] = [
  {
    name: 'never runs a job that was cancelled while it waited, and runs the others',
    needs: ['cancel'],
    run: async (subject) => {
      const { adapter } = subject
      await enqueue(subject, jobFor('a'), jobFor('b'))
      await adapter.cancel(QUEUE, ['a'])
      assert.deepEqual([...(await adapter.findLive(QUEUE, ['a', 'b']))], ['b'])
      const worker = recordingWorker()
      await whileWorking(adapter, [worker], async () => {
        await enqueue(subject, jobFor('last'))
        await eventually(subject, 'the jobs after it ran', () => worker.keys().includes('last'))
      })
      assert.deepEqual(worker.keys(), ['b', 'last'])
    },
  },
  {
    name: 'aborts a running job that is cancelled within a second, and does not try it again',
    needs: ['cancel'],
    run: async (subject) => {
      let abortedAt = 0
      const handle = async (job: RunningJob): Promise<void> => {
        if (job.payload['key'] !== 'a') return
        await untilAborted(job).finally(() => {
          abortedAt = performance.now()
        })
      }
      const worker = recordingWorker({ handle })
      await enqueue(subject, jobFor('a'))
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'it runs', () => worker.handled.length === 1)
        const cancelledAt = performance.now()
        await subject.adapter.cancel(QUEUE, ['a'])
        await eventually(subject, 'it was aborted', () => abortedAt > 0)
        assert.ok(abortedAt - cancelledAt < MAX_ABORT_MS, `The abort took ${abortedAt - cancelledAt} ms.`)
        await enqueue(subject, jobFor('last'))
        await eventually(subject, 'the job after it ran', () => worker.keys().includes('last'))
      })
      assert.deepEqual(worker.keys(), ['a', 'last'])
      const reason: unknown = worker.handled[0]?.signal.reason
      assert.ok(isRindleError(reason) && !reason.retryable, 'The reason must be a RindleError that is not retryable.')
    },
  },
  {
    name: 'cancels with the commit of the given transaction, and not at all when that rolls back',
    needs: ['cancel', 'transactional_enqueue'],
    run: async (subject) => {
      const { adapter, transaction } = subject
      const isLive = async (): Promise<boolean> => (await adapter.findLive(QUEUE, ['a'])).has('a')
      await enqueue(subject, jobFor('a'))
      const rolledBack = new Error('Rolled back on purpose.')
      const failure = await failureOf(() =>
        transaction(async (tx) => {
          await adapter.cancel(QUEUE, ['a'], tx)
          throw rolledBack
        }),
      )
      assert.equal(failure, rolledBack)
      assert.ok(await isLive(), 'A rolled back cancellation must leave the job.')
      await transaction(async (tx) => {
        await adapter.cancel(QUEUE, ['a'], tx)
        assert.ok(await isLive(), 'A cancellation must not count before its commit.')
      })
      assert.ok(!(await isLive()), 'A committed cancellation must count.')
    },
  },
  {
    name: 'admits a new job with the key of a cancelled one',
    needs: ['cancel'],
    run: async (subject) => {
      await enqueue(subject, jobFor('a'))
      await subject.adapter.cancel(QUEUE, ['a'])
      assert.equal(typeof (await enqueue(subject, jobFor('a')))[0], 'string')
    },
  },
  {
    name: 'ignores keys without a job when it cancels',
    needs: ['cancel'],
    run: async ({ adapter }) => {
      await adapter.cancel(QUEUE, ['nobody'])
      await adapter.cancel(QUEUE, [])
    },
  },
  {
    name: 'refuses cancel with capability_unsupported when it does not declare cancel',
    needsAbsent: 'cancel',
    run: async ({ adapter }) => {
      await rejectsWith('capability_unsupported', () => adapter.cancel(QUEUE, ['a']))
    },
  },
]
