import assert from 'node:assert/strict'
import { QUEUES, type QueueCounts } from '@rindle/core/adapter'
import type { JobsContractCase, JobsSubject } from './contract-case.ts'
import { eventually } from './eventually.ts'
import { enqueue, gate, jobFor, QUEUE, recordingWorker, whileWorking } from './recording-worker.ts'

const { attempts } = QUEUES[QUEUE]

const fails = async (): Promise<void> => {
  throw new Error('This attempt fails.')
}

const isSettled = async ({ adapter }: JobsSubject): Promise<boolean> =>
  (await adapter.counts()).every(({ waiting, active, dead }) => waiting + active + dead === 0)

const countsOf = async ({ adapter }: JobsSubject): Promise<QueueCounts | undefined> =>
  (await adapter.counts()).find(({ queue }) => queue === QUEUE)

/** Jobs whose handlers reject. */
export const failureCases: readonly JobsContractCase[] = [
  {
    name: 'tries a rejected job again, counts the attempts, and says which is the last',
    run: async (subject) => {
      const [id] = await enqueue(subject, jobFor('a'))
      const worker = recordingWorker({ handle: fails })
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'all attempts were made', () => worker.handled.length >= attempts)
        await eventually(subject, 'nothing is left of it', () => isSettled(subject))
      })
      const seen = worker.handled.map((job) => [job.id, job.attempt, job.isLastAttempt])
      assert.deepEqual(
        seen,
        Array.from({ length: attempts }, (_, index) => [id, index + 1, index + 1 === attempts]),
      )
    },
  },
  {
    name: 'is done with a job that succeeds on a later attempt',
    run: async (subject) => {
      const worker = recordingWorker({ handle: async ({ attempt }) => (attempt === 1 ? fails() : undefined) })
      await enqueue(subject, jobFor('a'))
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'it was tried again', () => worker.handled.length >= 2)
        await eventually(subject, 'nothing is left of it', () => isSettled(subject))
      })
      assert.deepEqual([worker.handled.length, worker.died.length], [2, 0])
    },
  },
  {
    name: 'works other jobs between the attempts of one that fails',
    run: async (subject) => {
      const worker = recordingWorker({
        handle: async ({ payload }) => (payload['key'] === 'bad' ? fails() : undefined),
      })
      await enqueue(subject, jobFor('bad'))
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'the bad job was tried', () => worker.handled.length > 0)
        await enqueue(subject, jobFor('good'))
        await eventually(subject, 'the good job ran', () => worker.keys().includes('good'))
      })
    },
  },
  {
    name: 'hands a job whose attempts are used up to handleDead, under its own id',
    needs: ['dead_letter'],
    run: async (subject) => {
      const [id] = await enqueue(subject, jobFor('a'))
      const worker = recordingWorker({ handle: fails })
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'it was handed over', () => worker.died.length > 0)
        await eventually(subject, 'nothing is left of it', () => isSettled(subject))
      })
      assert.equal(worker.handled.length, attempts)
      assert.deepEqual(worker.died[0], { id, queue: QUEUE, key: 'a', payload: { key: 'a' } })
    },
  },
  {
    name: 'calls handleDead again when it rejects',
    needs: ['dead_letter'],
    run: async (subject) => {
      let calls = 0
      const handleDead = async (): Promise<void> => {
        calls += 1
        if (calls === 1) throw new Error('The first call fails.')
      }
      const worker = recordingWorker({ handle: fails, handleDead })
      await enqueue(subject, jobFor('a'))
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'handleDead was called again', () => worker.died.length >= 2)
        await eventually(subject, 'nothing is left of it', () => isSettled(subject))
      })
      assert.equal(worker.died[0]?.id, worker.died[1]?.id)
    },
  },
  {
    name: 'counts a dead letter, and calls its key live, until it was handled',
    needs: ['dead_letter'],
    run: async (subject) => {
      const mayEnd = gate()
      const worker = recordingWorker({ handle: fails, handleDead: () => mayEnd.opened })
      await enqueue(subject, jobFor('a'))
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'it was handed over', () => worker.died.length > 0)
        const { oldestDeadSeconds: _age, ...counts } = (await countsOf(subject)) ?? {}
        const live = await subject.adapter.findLive(QUEUE, ['a'])
        mayEnd.open()
        assert.deepEqual(counts, { queue: QUEUE, waiting: 0, oldestWaitSeconds: null, active: 0, dead: 1 })
        assert.ok(live.has('a'))
        await eventually(subject, 'nothing is left of it', () => isSettled(subject))
      })
    },
  },
  {
    name: 'reports how long ago the oldest dead letter died, and nothing if there is none',
    needs: ['dead_letter'],
    run: async (subject) => {
      const age = async (): Promise<number | null | undefined> => (await countsOf(subject))?.oldestDeadSeconds
      const mayEnd = gate()
      const worker = recordingWorker({ handle: fails, handleDead: () => mayEnd.opened })
      await enqueue(subject, jobFor('a'))
      assert.equal(await age(), null, 'A job that waits has not died.')
      await whileWorking(subject.adapter, [worker], async () => {
        try {
          await eventually(subject, 'it was handed over', () => worker.died.length > 0)
          const first = await age()
          assert.ok(typeof first === 'number' && first >= 0 && first < 600, `It has been dead for ${first} s.`)
          await eventually(subject, 'it has been dead for longer', async () => ((await age()) ?? 0) > first)
        } finally {
          mayEnd.open()
        }
        await eventually(subject, 'nothing is left of it', () => isSettled(subject))
      })
      assert.equal(await age(), null)
    },
  },
]
