import assert from 'node:assert/strict'
import { copyFile, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outputOf } from '../variant-outcomes.ts'
import { cannotSeeProcesses, childProcesses } from './child-processes.ts'
import type { ProcessorContractCase } from './contract-case.ts'
import { WIDE_LIMITS } from './limits.ts'
import { slowWork } from './slow-work.ts'
import { started, type Workspace } from './workspace.ts'

const TEMPORARY = ['TMPDIR', 'TMP', 'TEMP'] as const

/** Work leaves nothing but its outputs. */
export const footprintCases: readonly ProcessorContractCase[] = [
  {
    name: 'writes nowhere but into the directory of the work, and leaves its source as it is',
    run: started(async (workspace) => {
      const [home, temporary] = [await workspace.makeDirectory(), await workspace.makeDirectory()]
      const source = { ...workspace.source, path: join(home, 'original') }
      await copyFile(workspace.source.path, source.path)
      await withTemporaryDirectory(temporary, () => makeOf(workspace, source))
      assert.deepEqual(await readdir(temporary), [], 'something is left in the temporary directory')
      assert.deepEqual(await readdir(home), ['original'], 'something is left beside the source')
      assert.ok((await readFile(source.path)).equals(await readFile(workspace.source.path)), 'the source has changed')
    }),
  },
  {
    name: 'leaves no process behind when it stops, whether its work was done or aborted',
    reasonToSkip: cannotSeeProcesses,
    run: async (subject) => {
      const before = await childProcesses(subject.source.path)
      await started(async (workspace) => {
        await makeOf(workspace, workspace.source)
        const directory = await abortedWork(workspace)
        await workspace.processor.stop()
        const left = [...(await childProcesses(directory ?? subject.source.path))].filter(([pid]) => !before.has(pid))
        assert.deepEqual(left, [])
      })(subject)
    },
  },
]

/** Aborts running work, and returns its directory once it has ended; `undefined` if no work takes long. */
async function abortedWork(workspace: Workspace): Promise<string | undefined> {
  if (workspace.slow === null) return undefined
  const work = await slowWork(workspace)
  work.controller.abort(new Error('The user has deleted the file.'))
  await work.ended
  return work.directory
}

async function makeOf({ make, processor, facts, recipes }: Workspace, source: Workspace['source']): Promise<void> {
  if (facts !== null) await processor.probe(source, { limits: WIDE_LIMITS })
  for (const outcome of (await make(recipes, {}, source)).values()) outputOf(outcome)
}

async function withTemporaryDirectory(directory: string, work: () => Promise<void>): Promise<void> {
  const before = TEMPORARY.map((name) => [name, process.env[name]] as const)
  for (const name of TEMPORARY) process.env[name] = directory
  try {
    await work()
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}
