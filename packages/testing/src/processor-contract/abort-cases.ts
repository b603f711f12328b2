import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { VariantOutcome } from '@rindle/core/adapter'
import { causesOf, failureOf } from '../storage-contract/expectations.ts'
import { outputOf } from '../variant-outcomes.ts'
import type { ProcessorContractCase } from './contract-case.ts'
import { hasNoSlowWork, slowWork } from './slow-work.ts'
import { started } from './workspace.ts'

const MAX_ABORT_MS = 1_000

/** Aborted work. */
export const abortCases: readonly ProcessorContractCase[] = [
  {
    name: 'rejects work whose signal is aborted already with its reason, and makes nothing',
    run: started(async ({ processor, request, recipes }) => {
      const reason = new Error('Not needed any more.')
      const onOutcome = async ({ name }: VariantOutcome): Promise<void> => assert.fail(`${name} has an outcome`)
      const work = await request(recipes, { signal: AbortSignal.abort(reason), onOutcome })
      const failure = await failureOf(() => processor.process(work))
      assert.ok(causesOf(failure).includes(reason), `the reason of the abort is lost: ${String(failure)}`)
      assert.deepEqual(await readdir(work.directory), [])
    }),
  },
  {
    name: 'ends running work within a second of its abort, with the reason, and can do other work then',
    reasonToSkip: hasNoSlowWork,
    run: started(async (workspace) => {
      const work = await slowWork(workspace)
      const reason = new Error('The user has deleted the file.')
      work.controller.abort(reason)
      const failure = await Promise.race([work.ended, delay(MAX_ABORT_MS, 'late')])
      assert.notEqual(failure, 'late', 'a second after the abort the work still runs')
      assert.ok(causesOf(failure).includes(reason), `the reason of the abort is lost: ${String(failure)}`)
      assert.deepEqual(work.outcomes, [], 'aborted work has an outcome')
      for (const outcome of (await workspace.make(workspace.one)).values()) outputOf(outcome)
    }),
  },
  {
    name: 'writes nothing more once aborted work has ended',
    reasonToSkip: hasNoSlowWork,
    run: started(async (workspace) => {
      const work = await slowWork(workspace)
      work.controller.abort(new Error('The user has deleted the file.'))
      await work.ended
      const before = await filesIn(work.directory)
      await workspace.processor.stop()
      assert.deepEqual(await filesIn(work.directory), before)
    }),
  },
  {
    name: 'hands over nothing after an abort between two variants, and ends with the reason',
    run: started(async ({ processor, request, recipes }) => {
      const controller = new AbortController()
      const reason = new Error('The profile has changed.')
      const received: string[] = []
      const onOutcome = async ({ name }: VariantOutcome): Promise<void> => {
        received.push(name)
        controller.abort(reason)
      }
      const work = await request(recipes, { signal: controller.signal, onOutcome })
      const failure = await failureOf(() => processor.process(work))
      assert.ok(causesOf(failure).includes(reason), `the reason of the abort is lost: ${String(failure)}`)
      assert.equal(received.length, 1, `outcomes came after the abort: ${received.join(', ')}`)
    }),
  },
  {
    name: 'stops when the running work has ended',
    run: started(async ({ processor, request, recipes }) => {
      const taken: string[] = []
      const begun = Promise.withResolvers<void>()
      const onOutcome = async ({ name }: VariantOutcome): Promise<void> => {
        begun.resolve()
        await delay(10)
        taken.push(name)
      }
      const working = processor.process(await request(recipes, { onOutcome }))
      await Promise.race([begun.promise, working])
      await processor.stop()
      assert.deepEqual(taken.toSorted(), Object.keys(recipes).toSorted())
      await working
    }),
  },
]

async function filesIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory, { recursive: true })
  return Promise.all(
    names.toSorted().map(async (name) => {
      const { size, mtimeMs } = await stat(join(directory, name))
      return `${name}: ${size} bytes of ${mtimeMs}`
    }),
  )
}
