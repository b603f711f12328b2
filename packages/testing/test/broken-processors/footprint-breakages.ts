import { spawn, spawnSync } from 'node:child_process'
import { copyFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type ProcessorBreakage, requesting } from './breakage.ts'

export const footprintBreakages: readonly ProcessorBreakage[] = [
  {
    caseName: 'writes nowhere but into the directory of the work, and leaves its source as it is',
    how: 'keeps a cache beside the source',
    breaks: requesting(({ source, onOutcome }) => ({
      onOutcome: async (outcome) => {
        await writeFile(join(dirname(source.path), 'cache'), '')
        await onOutcome(outcome)
      },
    })),
  },
  {
    caseName: 'writes nowhere but into the directory of the work, and leaves its source as it is',
    how: 'keeps copies in the temporary directory',
    breaks: requesting(({ source, onOutcome }) => ({
      onOutcome: async (outcome) => {
        await copyFile(source.path, join(tmpdir(), outcome.name))
        await onOutcome(outcome)
      },
    })),
  },
  {
    caseName: 'writes nowhere but into the directory of the work, and leaves its source as it is',
    how: 'repairs its source',
    breaks: requesting(({ source, onOutcome }) => ({
      onOutcome: async (outcome) => {
        await writeFile(source.path, 'tiny 1x1 1ms\n')
        await onOutcome(outcome)
      },
    })),
  },
  {
    caseName: 'leaves no process behind when it stops, whether its work was done or aborted',
    how: 'leaves a child running',
    breaks: () => ({ start: async () => leaveChild() }),
  },
  {
    caseName: 'leaves no process behind when it stops, whether its work was done or aborted',
    how: 'leaves a process running whose parent is gone',
    breaks: requesting(({ directory }) => {
      leaveOrphan(directory)
      return {}
    }),
  },
]

function leaveChild(): void {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
}

/** A shell that has ended has started it. */
function leaveOrphan(directory: string): void {
  const { stdout } = spawnSync('sh', ['-c', 'sleep 60 >/dev/null 2>&1 & echo $!'], { cwd: directory, encoding: 'utf8' })
  onTestFinished(() => void process.kill(Number(stdout), 'SIGKILL'))
}
