import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { createTestDatabase } from '@rindle/test-database'

const example = path.resolve(import.meta.dirname, '../../examples/next')

/** The example as `pnpm example` starts it, on a database and a directory of its own. */
export interface RunningExample extends AsyncDisposable {
  readonly url: string
  readonly databaseUrl: string
  /** What the media storage holds, as paths. */
  stored(): Promise<readonly string[]>
  /** A command of `rindle`, typed in the directory of the example; gives what it printed. */
  rindle(...args: string[]): Promise<string>
}

/** Starts it; `options.isBuilt` when it was built before. */
export async function startExample(
  environment: Readonly<Record<string, string>> = {},
  options: { readonly isBuilt?: boolean } = {},
): Promise<RunningExample> {
  const database = await createTestDatabase({ migrated: false })
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-example-'))
  const env = { ...process.env, DATABASE_URL: database.url, DATA_DIRECTORY: directory, ...environment }
  const program = [path.join(example, 'scripts/start.ts'), ...(options.isBuilt ? ['--no-build'] : [])]
  const child = spawn(process.execPath, program, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const end = async (): Promise<void> => {
    await ended(child)
    await database.drop()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    return {
      url: await urlFrom(child),
      databaseUrl: database.url,
      async stored() {
        const entries = await readdir(path.join(directory, 'media'), { recursive: true, withFileTypes: true })
        return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name))
      },
      async rindle(...args) {
        const bin = path.join(example, 'node_modules/@rindle/cli/dist/bin.js')
        const keys = { MEDIA_DIRECTORY: path.join(directory, 'media'), MEDIA_SIGNING_KEY: 'x'.repeat(32) }
        const run = promisify(execFile)(process.execPath, [bin, ...args], { cwd: example, env: { ...env, ...keys } })
        return (await run).stdout
      },
      [Symbol.asyncDispose]: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

async function urlFrom(child: ChildProcess): Promise<string> {
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const url = /is open: (\S+)/.exec(line)?.[1]
    if (url !== undefined) return url
    lines.push(line)
  }
  throw new Error(`The example ended before it was open:\n${lines.join('\n')}`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
