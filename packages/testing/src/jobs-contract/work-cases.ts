import assert from 'node:assert/strict'
import type { JobRequest } from '@rindle/core/adapter'
import { rejectsWith } from '../storage-contract/expectations.ts'
import type { JobsContractCase } from './contract-case.ts'
import { eventually } from './eventually.ts'
import { enqueue, gate, jobFor, QUEUE, recordingWorker, whileWorking } from './recording-worker.ts'

const BACKLOG = 60
const CONCURRENCY = 3

/** How jobs are handed out. */
export const workCases: readonly JobsContractCase[] = [
  {
    name: 'lets a delayed job wait that long, as a waiting job, and runs others meanwhile',
    run: async (subject) => {
      // Started first, because the case is about the order of the jobs and not about the time of opening.
      await subject.adapter.start()
      const startedAt = performance.now()
      const [late] = await enqueue(subject, { ...jobFor('late'), delaySeconds: 3 }, jobFor('now'))
      const worker = recordingWorker()
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'the other job ran', () => worker.keys().includes('now'))
        assert.deepEqual(worker.keys(), ['now'])
        assert.deepEqual([...(await subject.adapter.findLive(QUEUE, ['late']))], ['late'])
        assert.deepEqual(await enqueue(subject, jobFor('late')), [null])
        await eventually(subject, 'the delayed job ran', () => worker.keys().includes('late'))
        assert.equal(worker.handled[1]?.id, late)
        assert.ok(performance.now() - startedAt >= 2_990, 'It ran before its time.')
      })
    },
  },
  {
    name: 'hands over the requested job, as the first attempt',
    run: async (subject) => {
      const payload = { text: 'é', number: 1.5, list: [null, true, { deep: '"' }] }
      const [id] = await enqueue(subject, { queue: QUEUE, key: 'a', payload })
      const worker = recordingWorker()
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'the job ran', () => worker.handled.length === 1)
      })
      const { signal, ...job } = worker.handled[0] ?? assert.fail('No job was handed over.')
      assert.deepEqual(job, { id, queue: QUEUE, key: 'a', payload, attempt: 1, isLastAttempt: false })
      assert.ok(signal instanceof AbortSignal)
    },
  },
  {
    name: 'takes the jobs of one asset alone when asked to, and says when there are no more',
    run: async (subject) => {
      const { adapter } = subject
      const of = (assetId: string, key: string): JobRequest => ({ queue: QUEUE, key, payload: { key, assetId } })
      await enqueue(subject, of('a', 'a1'), of('b', 'b1'), of('a', 'a2'))
      const mayEnd = gate()
      const worker = recordingWorker({ handle: () => mayEnd.opened })
      const workers = await adapter.work([worker], { assetId: 'a', isBrief: true })
      try {
        await eventually(subject, 'its first job runs', () => worker.handled.length === 1)
        assert.equal(await workers.isIdle(), false)
        mayEnd.open()
        await eventually(subject, 'there are no more', () => workers.isIdle())
      } finally {
        await workers.stop()
      }
      assert.deepEqual(worker.keys(), ['a1', 'a2'])
      assert.deepEqual(
        worker.handled.map(({ attempt }) => attempt),
        [1, 1],
      )
      assert.deepEqual([...(await adapter.findLive(QUEUE, ['a1', 'a2', 'b1']))], ['b1'])
    },
  },
  {
    name: 'works jobs enqueued before the workers started and while they run',
    run: async (subject) => {
      await enqueue(subject, jobFor('before'))
      const worker = recordingWorker()
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'the job from before ran', () => worker.handled.length === 1)
        await enqueue(subject, jobFor('meanwhile'))
        await eventually(subject, 'the job from meanwhile ran', () => worker.handled.length === 2)
      })
      assert.deepEqual(worker.keys(), ['before', 'meanwhile'])
    },
  },
  {
    name: 'works a backlog with as many jobs at once as it may, never more, and each job once',
    run: async (subject) => {
      let running = 0
      let most = 0
      const full = gate()
      const handle = async (): Promise<void> => {
        running += 1
        most = Math.max(most, running)
        if (most === CONCURRENCY) full.open()
        await full.opened
        running -= 1
      }
      const worker = recordingWorker({ concurrency: CONCURRENCY, handle })
      const keys = Array.from({ length: BACKLOG }, (_, index) => `job-${index}`)
      await enqueue(subject, ...keys.map(jobFor))
      await whileWorking(subject.adapter, [worker], async () => {
        await eventually(subject, 'the backlog is done', () => worker.handled.length >= BACKLOG && running === 0)
      })
      assert.equal(most, CONCURRENCY)
      assert.deepEqual([worker.handled.length, new Set(worker.keys())], [BACKLOG, new Set(keys)])
    },
  },
  {
    name: 'leaves the jobs of other queues alone',
    run: async (subject) => {
      const worker = recordingWorker()
      await enqueue(subject, { ...jobFor('other'), queue: 'rindle_purge' })
      await whileWorking(subject.adapter, [worker], async () => {
        await enqueue(subject, jobFor('mine'))
        await eventually(subject, 'its own job ran', () => worker.handled.length > 0)
      })
      assert.deepEqual(worker.keys(), ['mine'])
      assert.ok((await subject.adapter.findLive('rindle_purge', ['other'])).has('other'))
    },
  },
  {
    name: 'refuses a queue given twice, and a concurrency that is not a whole number from one, with invalid_input',
    run: async ({ adapter }) => {
      await rejectsWith('invalid_input', () => adapter.work([recordingWorker(), recordingWorker()]))
      for (const concurrency of [0, 1.5, Number.NaN]) {
        await rejectsWith('invalid_input', () => adapter.work([recordingWorker({ concurrency })]))
      }
    },
  },
]
