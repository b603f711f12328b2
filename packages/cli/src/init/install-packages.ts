import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { RindleError } from '@rindle/core'
import type { Io } from '../io.ts'
import { installCommand, type Project } from './project.ts'

/**
 * Installs packages with the package manager of the project, whose output goes to stderr. Returns `true`.
 *
 * @throws RindleError `setup_incomplete` with the command to repeat.
 */
export async function installPackages(io: Io, project: Project, packages: readonly string[]): Promise<true> {
  const command = installCommand(project, packages)
  const [program = '', ...args] = command.split(' ')
  const child = spawn(program, args, {
    cwd: io.cwd,
    env: { ...io.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // The programs of npm and its like are scripts on Windows, which only a shell starts.
    shell: process.platform === 'win32',
  })
  for (const output of [child.stdout, child.stderr]) output.pipe(io.stderr, { end: false })
  const [code] = (await once(child, 'close').catch((cause: Error) => {
    throw new RindleError('setup_incomplete', `${program} cannot be started. Install it, then run \`${command}\`.`, {
      cause,
    })
  })) as [number | null]
  if (code === 0) return true
  throw new RindleError('setup_incomplete', `The files are written, but this failed: see above.\n  ${command}`)
}
