import { execFile } from 'node:child_process'
import { appendFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** A file of lines of JSON that grows with every run. */
export interface History {
  /** Appends one figure, a line of JSON, with the time and its commit. */
  readonly append: (figure: string) => Promise<void>
}

/** Opens the history of a run; creates the file if it does not exist. */
export async function openHistory(path: string): Promise<History> {
  const head = { recordedAt: new Date().toISOString(), commit: await currentCommit() }
  return {
    append: (figure) => {
      const line = JSON.stringify({ ...head, ...(JSON.parse(figure) as object) })
      return appendFile(path, `${line}\n`)
    },
  }
}

/** The current commit, with `-dirty` if files have changed since; `null` outside of a repository. */
async function currentCommit(): Promise<string | null> {
  try {
    const args = ['describe', '--always', '--abbrev=40', '--exclude=*', '--dirty']
    const { stdout } = await promisify(execFile)('git', args, { cwd: import.meta.dirname })
    return stdout.trim()
  } catch {
    return null
  }
}
