import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const repository = path.resolve(import.meta.dirname, '../..')

/**
 * Compiles the packages into their `dist`. Two test files that build at once would read each other's half-written files:
 * `flock` lets one wait.
 */
export async function buildPackages(): Promise<void> {
  const modules = path.join(repository, 'node_modules')
  const build = [path.join(modules, '.bin/tsc'), '-b', 'tsconfig.build.json']
  await promisify(execFile)('flock', [path.join(modules, '.build-lock'), ...build], { cwd: repository })
}
