import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { PackageManager } from './choices.ts'
import { UsageError } from './usage-error.ts'

/**
 * Installs the application's packages; the package manager's output goes to the terminal.
 *
 * @param shownAs The directory as the user wrote it, for messages.
 * @throws UsageError if the package manager is missing or fails.
 */
export async function installPackages(
  directory: string,
  packageManager: PackageManager,
  { shownAs, env }: { readonly shownAs: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<void> {
  const child = spawn(packageManager, ['install'], {
    cwd: directory,
    env: { ...env },
    stdio: 'inherit',
    // The programs of npm and its like are scripts on Windows, which only a shell starts.
    shell: process.platform === 'win32',
  })
  const again = `run \`${packageManager} install\` in ${shownAs}.`
  const [code] = (await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw new UsageError(`${packageManager} is not on the PATH. Install it, then ${again}`, 1)
  })) as [number | null]
  if (code === 0) return
  throw new UsageError(`The application is written, but its packages are not installed: see above. Then ${again}`, 1)
}
