import assert from 'node:assert/strict'
import type { QueueName } from '@rindle/core'
import { rejectsWith } from '../storage-contract/expectations.ts'
import type { JobsContractCase } from './contract-case.ts'
import { eventually } from './eventually.ts'
import { enqueue, gate, jobFor, QUEUE, recordingWorker, whileWorking } from './recording-worker.ts'

const NO_QUEUE = 'rindle_unheard_of' as QueueName

/** Which jobs are admitted. */
export const keyCases: readonly JobsContractCase[] = [
  {
    name: 'gives every job an id of its own, in the order of the requests',
    run: async (subject) => {
      const ids = await enqueue(subject, jobFor('c'), jobFor('a'), jobFor('b'))
      assert.equal(new Set(ids).size, 3)
      const worker = recordingWorker()
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'all jobs ran', () => worker.handled.length === 3)
      })
      const idOf = new Map(worker.handled.map(({ id, payload }) => [payload['key'], id]))
      assert.deepEqual(
        ['c', 'a', 'b'].map((key) => idOf.get(key)),
        ids,
      )
    },
  },
  {
    name: 'admits one waiting job per key and answers null to the others, within one call and across calls',
    run: async (subject) => {
      const [first, second, other] = await enqueue(subject, jobFor('same'), jobFor('same'), jobFor('other'))
      assert.deepEqual([typeof first, second, typeof other], ['string', null, 'string'])
      assert.deepEqual(await enqueue(subject, jobFor('other'), jobFor('same')), [null, null])
    },
  },
  {
    name: 'takes bulk work after all other work of its queue',
    run: async (subject) => {
      await enqueue(subject, { ...jobFor('bulk'), isBulk: true }, jobFor('one'))
      await enqueue(subject, jobFor('other'))
      const worker = recordingWorker()
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'all jobs ran', () => worker.handled.length === 3)
      })
      assert.deepEqual(
        worker.handled.map(({ payload }) => payload['key']),
        ['one', 'other', 'bulk'],
      )
    },
  },
  {
    name: 'keeps the keys of different queues apart',
    run: async (subject) => {
      const elsewhere = { ...jobFor('same'), queue: 'rindle_purge' } as const
      const ids = await enqueue(subject, jobFor('same'), elsewhere)
      assert.deepEqual(
        ids.map((id) => typeof id),
        ['string', 'string'],
      )
    },
  },
  {
    name: 'admits a new job while one with its key runs',
    run: async (subject) => {
      const mayEnd = gate()
      const worker = recordingWorker({ handle: () => mayEnd.opened })
      await enqueue(subject, jobFor('same'))
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'the first job runs', () => worker.handled.length === 1)
        const [id] = await enqueue(subject, jobFor('same'))
        mayEnd.open()
        assert.equal(typeof id, 'string')
        await eventually(subject, 'the second job ran', () => worker.handled.length === 2)
        assert.equal(worker.handled[1]?.id, id)
      })
    },
  },
  {
    name: 'admits a new job when the one with its key is done',
    run: async (subject) => {
      const worker = recordingWorker()
      await enqueue(subject, jobFor('same'))
      await whileWorking(subject.adapter, [worker], async () => {
        const isDone = async (): Promise<boolean> => !(await subject.adapter.findLive(QUEUE, ['same'])).has('same')
        await eventually(subject, 'the first job is done', isDone)
        assert.equal(typeof (await enqueue(subject, jobFor('same')))[0], 'string')
        await eventually(subject, 'the second job ran', () => worker.handled.length === 2)
      })
    },
  },
  {
    name: 'enqueues nothing when nothing is requested',
    run: async (subject) => {
      assert.deepEqual(await enqueue(subject), [])
      const counts = await subject.adapter.counts()
      assert.deepEqual(
        counts.filter(({ waiting }) => waiting > 0),
        [],
      )
    },
  },
  {
    name: 'refuses a queue that does not exist with invalid_input, and enqueues nothing of that call',
    run: async (subject) => {
      const { adapter } = subject
      await rejectsWith('invalid_input', () => enqueue(subject, jobFor('a'), { ...jobFor('b'), queue: NO_QUEUE }))
      assert.equal((await adapter.findLive(QUEUE, ['a'])).size, 0)
      await rejectsWith('invalid_input', () => adapter.findLive(NO_QUEUE, ['a']))
      await rejectsWith('invalid_input', () => adapter.work([recordingWorker({ queue: NO_QUEUE })]))
    },
  },
]
