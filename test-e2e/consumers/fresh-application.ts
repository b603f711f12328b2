import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { PackageRegistry } from '../support/package-registry.ts'

/** An application in a directory of its own, outside of this repository, with what npm installed. */
export interface FreshApplication extends AsyncDisposable {
  readonly directory: string
  /** The packages that were installed, transitive ones included, by their folders in `node_modules`. */
  installed(): Promise<readonly string[]>
  /** Keeps a text as a file of the application. */
  keep(name: string, text: string): Promise<void>
  /** Keeps a copy of a file that lies beside this one. */
  copy(name: string): Promise<void>
  /** Runs a command in the application to its end; gives its output. */
  run(command: string, args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string>
  /** Starts a program of the application; resolves when it prints its address. */
  serve(program: string, environment: Readonly<Record<string, string>>): Promise<ServedProgram>
}

/** A program that runs until it is disposed of. */
export interface ServedProgram extends AsyncDisposable {
  readonly address: string
}

/** Installs these packages: ours from the tarballs of the registry, all others from where npm always gets them. */
export async function installFresh(registry: PackageRegistry, packages: readonly string[]): Promise<FreshApplication> {
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-consumer-'))
  const environmentWith = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
    // An application would not find the variables that pnpm and vitest have set.
    const plain = Object.entries(process.env).filter(
      ([name]) => !/^(?:npm_|VITEST|PNPM|NODE_(?:ENV|OPTIONS|PATH)$)/i.test(name),
    )
    return { ...Object.fromEntries(plain), ...registry.environment, ...more }
  }
  const application: FreshApplication = {
    directory,
    async installed() {
      const entries = await readdir(path.join(directory, 'node_modules'), { recursive: true })
      return entries.filter((entry) => path.basename(entry) === 'package.json').map((entry) => path.dirname(entry))
    },
    keep: (name, text) => writeFile(path.join(directory, name), text),
    copy: (name) => copyFile(path.join(import.meta.dirname, name), path.join(directory, name)),
    async run(command, args, environment) {
      const options = { cwd: directory, env: environmentWith(environment), maxBuffer: 1 << 26 }
      return (await promisify(execFile)(command, args, options)).stdout
    },
    async serve(program, environment) {
      const options = { cwd: directory, env: environmentWith(environment) }
      const child = spawn(process.execPath, [program], { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
      const exited = once(child, 'exit')
      const end = async (): Promise<void> => {
        child.kill('SIGKILL')
        await exited
      }
      for await (const line of createInterface({ input: child.stdout })) {
        const address = /http:\/\/localhost:\d+/.exec(line)?.[0]
        if (address !== undefined) return { address, [Symbol.asyncDispose]: end }
      }
      throw new Error(`${program} ended before it served anything.`)
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
  await application.keep('package.json', '{ "private": true, "type": "module" }\n')
  await application.run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages])
  return application
}
