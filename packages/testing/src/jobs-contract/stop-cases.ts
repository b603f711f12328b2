import assert from 'node:assert/strict'
import { isRindleError } from '@rindle/core'
import type { JobsContractCase } from './contract-case.ts'
import { eventually } from './eventually.ts'
import { enqueue, gate, jobFor, QUEUE, recordingWorker, untilAborted, whileWorking } from './recording-worker.ts'

/** Stopping workers. */
export const stopCases: readonly JobsContractCase[] = [
  {
    name: 'waits for the running job when it stops, without aborting it, and takes no other',
    run: async (subject) => {
      const mayEnd = gate()
      let hasEnded = false
      const handle = async (): Promise<void> => {
        await mayEnd.opened
        hasEnded = true
      }
      const worker = recordingWorker({ handle })
      await enqueue(subject, jobFor('a'), jobFor('b'))
      await whileWorking(subject.adapter, [worker], async (workers) => {
        await eventually(subject, 'the first job runs', () => worker.handled.length === 1)
        const hadEnded = workers.stop().then(() => hasEnded)
        // One turn of the event loop, after which a stop that does not wait would be over.
        await new Promise(setImmediate)
        mayEnd.open()
        assert.ok(await hadEnded, 'It must not stop before the job has ended.')
      })
      assert.deepEqual([worker.keys(), worker.handled[0]?.signal.aborted], [['a'], false])
      assert.deepEqual([...(await subject.adapter.findLive(QUEUE, ['a', 'b']))], ['b'])
    },
  },
  {
    name: 'aborts the rest when its time to stop is over, and gives it back without using up an attempt',
    run: async (subject) => {
      await enqueue(subject, jobFor('a'))
      const first = recordingWorker({ handle: untilAborted })
      await whileWorking(subject.adapter, [first], async (workers) => {
        await eventually(subject, 'the job runs', () => first.handled.length === 1)
        await workers.stop({ timeoutMs: 0 })
      })
      const reason: unknown = first.handled[0]?.signal.reason
      assert.ok(isRindleError(reason) && reason.retryable, 'The reason must be a RindleError that is retryable.')
      const second = recordingWorker()
      await whileWorking(subject.adapter, [second], async () => {
        await eventually(subject, 'another worker has the job', () => second.handled.length === 1)
      })
      assert.deepEqual([second.keys(), second.handled[0]?.attempt], [['a'], 1])
    },
  },
  {
    name: 'gives back a job whose handler ignores the abort, and disregards its later result',
    run: async (subject) => {
      const mayFail = gate()
      const fails = async (): Promise<void> => {
        await mayFail.opened
        throw new Error('Too late.')
      }
      await enqueue(subject, jobFor('a'))
      const first = recordingWorker({ handle: fails })
      await whileWorking(subject.adapter, [first], async (workers) => {
        await eventually(subject, 'the job runs', () => first.handled.length === 1)
        await workers.stop({ timeoutMs: 0 })
      })
      const second = recordingWorker({ handle: () => mayFail.opened })
      await whileWorking(subject.adapter, [second], async () => {
        await eventually(subject, 'another worker has the job', () => second.handled.length === 1)
        mayFail.open()
        const isOver = async (): Promise<boolean> => (await subject.adapter.findLive(QUEUE, ['a'])).size === 0
        await eventually(subject, 'the job is done', isOver)
      })
      assert.deepEqual([second.handled.length, second.died.length], [1, 0])
    },
  },
  {
    name: 'may be stopped again, and workers may be started again',
    run: async (subject) => {
      const { adapter } = subject
      const workers = await adapter.work([recordingWorker()])
      await Promise.all([workers.stop(), workers.stop()])
      await workers.stop()
      await enqueue(subject, jobFor('a'))
      const worker = recordingWorker()
      await whileWorking(adapter, [worker], async () => {
        await eventually(subject, 'the job ran', () => worker.handled.length === 1)
      })
    },
  },
  {
    name: 'stops its workers when the adapter stops, which may happen twice',
    run: async (subject) => {
      const mayEnd = gate()
      let hasEnded = false
      const handle = async (): Promise<void> => {
        await mayEnd.opened
        hasEnded = true
      }
      const worker = recordingWorker({ handle })
      await enqueue(subject, jobFor('a'))
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'the job runs', () => worker.handled.length === 1)
        const hadEnded = subject.adapter.stop().then(() => hasEnded)
        await new Promise(setImmediate)
        mayEnd.open()
        assert.ok(await hadEnded, 'It must wait for the job in hand.')
        await subject.adapter.stop()
      })
    },
  },
]
