import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { createTestDatabase } from '@rindle/test-database'

const example = path.resolve(import.meta.dirname, '../../examples/next')

/** The example as `pnpm example` starts it, on a database and a directory of its own. */
export interface RunningExample extends AsyncDisposable {
  readonly url: string
  /** The paths in the media storage. */
  stored(): Promise<readonly string[]>
  /** Runs a command of `rindle` in the directory of the example; returns its output. */
  rindle(...args: string[]): Promise<string>
}

/** How it is started. */
interface ExampleOptions {
  /** @default both lanes */
  readonly lane?: 'image'
  /** Whether to use the example's own PostgreSQL. @default one of the test run */
  readonly isEmbedded?: boolean
  /** Whether it is already built. */
  readonly isBuilt?: boolean
}

/** Starts it. */
export async function startExample({ lane, isEmbedded, isBuilt }: ExampleOptions = {}): Promise<RunningExample> {
  const database = isEmbedded ? undefined : await createTestDatabase({ migrated: false })
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-example-'))
  // PostgreSQL does not run as root: the user it runs as must get to its data.
  await chmod(directory, 0o755)
  const { DATABASE_URL: _of, ...plain } = process.env
  const env: NodeJS.ProcessEnv = {
    ...plain,
    ...(database === undefined
      ? { RINDLE_EMBEDDED_STORE: path.join(directory, 'store') }
      : { DATABASE_URL: database.url }),
    ...(lane === undefined ? {} : { LANE: lane }),
    DATA_DIRECTORY: directory,
  }
  const program = [path.join(example, 'scripts/start.ts'), ...(isBuilt ? ['--no-build'] : [])]
  const child = spawn(process.execPath, program, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const end = async (): Promise<void> => {
    await ended(child)
    await database?.drop()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    return {
      url: await urlFrom(child),
      async stored() {
        const entries = await readdir(path.join(directory, 'media'), { recursive: true, withFileTypes: true })
        return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name))
      },
      async rindle(...args) {
        const bin = path.join(example, 'node_modules/@rindle/cli/dist/bin.js')
        const keys = { MEDIA_DIRECTORY: path.join(directory, 'media'), RINDLE_SIGNING_KEY: 'x'.repeat(32) }
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
