import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Io } from '../io.ts'
import { installCommand, type Project } from './project.ts'

/**
 * Installs packages with the package manager of the project, whose output goes to stderr. Returns the problem in a
 * sentence, if there was one.
 */
export async function installPackages(
  io: Io,
  project: Project,
  packages: readonly string[],
): Promise<string | undefined> {
  const [program = '', ...args] = installCommand(project, packages).split(' ')
  const child = spawn(program, args, {
    cwd: io.cwd,
    env: { ...io.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // The programs of npm and its like are scripts on Windows, which only a shell starts.
    shell: process.platform === 'win32',
  })
  for (const output of [child.stdout, child.stderr]) output.pipe(io.stderr, { end: false })
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return code === 0 ? undefined : `${program} could not install the packages: see above.`
  } catch (error) {
    return `${program} cannot be started (${(error as NodeJS.ErrnoException).code}): install it first.`
  }
}
