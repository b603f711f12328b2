import { PACKAGE_MANAGERS, type PackageManager } from './choices.ts'

/** The package manager that runs this program, which says so in `npm_config_user_agent`; npm if none does. Pure. */
export function runningPackageManager(env: Readonly<Record<string, string | undefined>>): PackageManager {
  const name = env['npm_config_user_agent']?.split('/', 1)[0]
  return PACKAGE_MANAGERS.find((known) => known === name) ?? 'npm'
}

/** The command that runs a script of the application. Pure. */
export function runScript(packageManager: PackageManager, script: string): string {
  return `${packageManager} run ${script}`
}

/** The command that runs a program of the application's packages. Pure. */
export function runProgram(packageManager: PackageManager, program: string): string {
  if (packageManager === 'npm') return `npx ${program}`
  return packageManager === 'bun' ? `bunx ${program}` : `${packageManager} exec ${program}`
}
