import assert from 'node:assert/strict'
import { JOBS_CAPABILITIES } from '@rindle/core/adapter'
import { soundFindings } from '../sound-findings.ts'
import { rejectsWith } from '../storage-contract/expectations.ts'
import type { JobsContractCase } from './contract-case.ts'
import { jobFor, QUEUE } from './recording-worker.ts'

/** The adapter's description of itself, and its schedules. */
export const capabilityCases: readonly JobsContractCase[] = [
  {
    name: 'has a name of low cardinality and only capabilities that exist',
    run: async ({ adapter }) => {
      assert.match(adapter.name, /^[a-z][a-z0-9-]{0,30}$/)
      const known: ReadonlySet<string> = new Set(JOBS_CAPABILITIES)
      assert.deepEqual(
        [...adapter.capabilities].filter((capability) => !known.has(capability)),
        [],
      )
    },
  },
  {
    name: 'may be started twice',
    run: async ({ adapter }) => {
      await Promise.all([adapter.start(), adapter.start()])
      await adapter.start()
    },
  },
  {
    name: 'checks itself, before and after its start, and says how to fix each problem',
    run: async ({ adapter }) => {
      const { signal } = new AbortController()
      await soundFindings(adapter.diagnose({ signal }))
      await adapter.start()
      await soundFindings(adapter.diagnose({ signal }))
    },
  },
  {
    name: 'takes a schedule, the same one again, and its removal, also of an unknown one',
    needs: ['schedule'],
    run: async ({ adapter }) => {
      await adapter.schedule('nightly', '0 3 * * *', jobFor('a'))
      await adapter.schedule('nightly', '0 4 * * *', jobFor('a'))
      await adapter.unschedule('nightly', QUEUE)
      await adapter.unschedule('nightly', QUEUE)
    },
  },
  {
    name: 'lists the schedules, with their next time and since when they hold',
    needs: ['schedule'],
    run: async ({ adapter }) => {
      assert.deepEqual(await adapter.schedules(), [], 'Before anything is scheduled there is nothing.')
      await adapter.schedule('weekly', '30 4 * * 0', jobFor('b'))
      await adapter.schedule('nightly', '0 3 * * *', jobFor('a'))
      const [nightly, weekly, ...others] = await adapter.schedules()
      assert.deepEqual(others, [])
      assert.deepEqual(
        [nightly, weekly].map((one) => [one?.name, one?.queue, one?.cron, one?.payload]),
        [
          ['nightly', QUEUE, '0 3 * * *', { key: 'a' }],
          ['weekly', QUEUE, '30 4 * * 0', { key: 'b' }],
        ],
      )
      const saturday = new Date('2026-01-03T03:00:00Z')
      assert.deepEqual(nightly?.nextAfter(saturday), new Date('2026-01-04T03:00:00Z'))
      assert.deepEqual(weekly?.nextAfter(saturday), new Date('2026-01-04T04:30:00Z'))
      await adapter.schedule('nightly', '0 3 * * *', jobFor('a'))
      const since = async (): Promise<Date | undefined> => (await adapter.schedules())[0]?.since
      assert.deepEqual(await since(), nightly?.since, 'The same once more must change nothing.')
      await adapter.schedule('nightly', '0 5 * * *', jobFor('a'))
      assert.ok(
        ((await since())?.getTime() ?? 0) > (nightly?.since.getTime() ?? 0),
        'A changed schedule must have a later `since`.',
      )
    },
  },
  {
    name: 'refuses a cron expression without five fields, or an invalid one, with invalid_input',
    needs: ['schedule'],
    run: async ({ adapter }) => {
      for (const cron of ['', '* * * *', '0 * * * * *', '61 * * * *', 'at some time please now']) {
        await rejectsWith('invalid_input', () => adapter.schedule('nightly', cron, jobFor('a')))
      }
    },
  },
  {
    name: 'refuses schedules with capability_unsupported when it does not declare schedule',
    needsAbsent: 'schedule',
    run: async ({ adapter }) => {
      await rejectsWith('capability_unsupported', () => adapter.schedule('nightly', '0 3 * * *', jobFor('a')))
      await rejectsWith('capability_unsupported', () => adapter.unschedule('nightly', QUEUE))
      await rejectsWith('capability_unsupported', () => adapter.schedules())
    },
  },
]
