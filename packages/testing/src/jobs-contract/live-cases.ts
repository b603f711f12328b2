import assert from 'node:assert/strict'
import { QUEUE_NAMES, type QueueName } from '@rindle/core'
import type { JobsContractCase } from './contract-case.ts'
import { eventually } from './eventually.ts'
import { enqueue, gate, jobFor, QUEUE, recordingWorker, whileWorking } from './recording-worker.ts'

/** Questions about jobs. */
export const liveCases: readonly JobsContractCase[] = [
  {
    name: 'calls a key live while its job waits and while it runs, and no longer',
    run: async (subject) => {
      const { adapter } = subject
      const mayEnd = gate()
      const worker = recordingWorker({ handle: () => mayEnd.opened })
      await enqueue(subject, jobFor('a'), jobFor('b'))
      assert.deepEqual([...(await adapter.findLive(QUEUE, ['a', 'nobody']))], ['a'])
      await whileWorking(adapter, [worker], async () => {
        await eventually(subject, 'the first job runs', () => worker.handled.length === 1)
        const live = await adapter.findLive(QUEUE, ['a', 'b'])
        mayEnd.open()
        assert.deepEqual([...live].toSorted(), ['a', 'b'])
        const isOver = async (): Promise<boolean> => (await adapter.findLive(QUEUE, ['a', 'b'])).size === 0
        await eventually(subject, 'no key is live', isOver)
      })
    },
  },
  {
    name: 'finds live keys in the queue asked for alone, and none when asked for none',
    run: async (subject) => {
      await enqueue(subject, jobFor('a'))
      assert.equal((await subject.adapter.findLive('rindle_purge', ['a'])).size, 0)
      assert.equal((await subject.adapter.findLive(QUEUE, [])).size, 0)
    },
  },
  {
    name: 'counts the waiting and the active jobs of every queue',
    run: async (subject) => {
      const { adapter } = subject
      const mayEnd = gate()
      const worker = recordingWorker({ handle: () => mayEnd.opened })
      const none = QUEUE_NAMES.map((queue) => ({
        queue,
        waiting: 0,
        oldestWaitSeconds: null,
        active: 0,
        dead: 0,
        oldestDeadSeconds: null,
      }))
      assert.deepEqual(await adapter.counts(), none)
      await enqueue(subject, jobFor('a'), jobFor('b'), { ...jobFor('a'), queue: 'rindle_purge' })
      await whileWorking(adapter, [worker], async () => {
        await eventually(subject, 'the first job runs', () => worker.handled.length === 1)
        const counts = await adapter.counts()
        mayEnd.open()
        const numbersOf = (wanted: QueueName): readonly unknown[] =>
          counts.flatMap(({ queue, waiting, active, dead }) => (queue === wanted ? [waiting, active, dead] : []))
        assert.deepEqual(numbersOf(QUEUE), [1, 1, 0])
        assert.deepEqual(numbersOf('rindle_purge'), [1, 0, 0])
      })
    },
  },
  {
    name: 'reports how long the oldest due job has waited, and nothing while none is due',
    run: async (subject) => {
      const { adapter } = subject
      const oldestWait = async (): Promise<number | null | undefined> =>
        (await adapter.counts()).find(({ queue }) => queue === QUEUE)?.oldestWaitSeconds
      await enqueue(subject, { ...jobFor('later'), delaySeconds: 3_600 })
      assert.equal(await oldestWait(), null, 'A job that is not due yet waits for nobody.')
      await enqueue(subject, jobFor('a'))
      const first = await oldestWait()
      assert.ok(typeof first === 'number' && first >= 0 && first < 600, `It has been waiting for ${first} s.`)
      await eventually(subject, 'it has waited for longer', async () => ((await oldestWait()) ?? 0) > first)
      await enqueue(subject, jobFor('b'))
      await eventually(subject, 'a younger one changes nothing', async () => ((await oldestWait()) ?? 0) > first)
    },
  },
]
