import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { deployFile, deployment } from './deploy-files.ts'

/** A service of the compose file, as this test needs it. */
interface Service {
  readonly command?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly healthcheck: { readonly test: readonly string[] }
}

const RINDLE = new URL('../../packages/cli/src/bin.ts', import.meta.url).pathname

/** A service of the compose file, running without a container. */
export interface RunningService {
  /** Waits until its health check says that it is healthy. */
  healthy(): Promise<void>
  /** Sends SIGTERM, as an orchestrator does; resolves with the exit code. */
  terminate(): Promise<number | null>
}

/** Replaces parts of the compose file by what this machine has: addresses, ports and secrets. */
export type Replacements = Readonly<Record<string, string>>

/** Starts `web` or `worker` of the compose file: its command, its environment, its health check, on this machine. */
export function startService(name: 'web' | 'worker', replacements: Replacements): RunningService {
  const service = serviceOf(name, replacements)
  const command = service.command ?? startCommand()
  const child = spawn(process.execPath, argumentsOf(command), {
    ...optionsOf(service),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return {
    healthy: async () => {
      const [, program = '', ...args] = service.healthcheck.test
      while (!(await succeeds(program, args, optionsOf(service)))) {
        if (child.exitCode !== null) throw new Error(`The service ${name} ended with ${child.exitCode}.`)
        await setTimeout(500)
      }
    },
    terminate: () => terminated(child),
  }
}

/** Runs `migrations` of the compose file to its end. */
export async function runMigrations(replacements: Replacements): Promise<void> {
  const service = serviceOf('migrations', replacements)
  await promisify(execFile)(process.execPath, argumentsOf(service.command ?? []), optionsOf(service))
}

function serviceOf(name: string, replacements: Replacements): Service {
  let text = deployFile('compose.yaml')
  for (const [found, replacement] of Object.entries(replacements)) {
    if (!text.includes(found)) throw new Error(`The compose file does not name ${found}.`)
    text = text.replaceAll(found, replacement)
  }
  return parse(text, { merge: true }).services[name] as Service
}

/** The command of the image, from the stage that the services are built to. */
function startCommand(): readonly string[] {
  const [, stage = ''] = /^FROM \S+ AS application$([^]*?)^FROM /m.exec(deployFile('Dockerfile')) ?? []
  return JSON.parse(/^CMD (.*)$/m.exec(stage)?.[1] ?? '') as string[]
}

/** The same program from sources: nothing is built, and no package is installed. */
function argumentsOf([program = '', ...args]: readonly string[]): readonly string[] {
  if (program === 'node') return ['--conditions=dev-source', ...args]
  if (program === 'node_modules/.bin/rindle') return ['--conditions=dev-source', RINDLE, ...args]
  throw new Error(`The image has no ${program}.`)
}

function optionsOf({ environment }: Service): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  return { cwd: deployment, env: { ...process.env, ...environment } }
}

async function succeeds(program: string, args: readonly string[], options: object): Promise<boolean> {
  if (program !== 'node') throw new Error(`This check needs ${program}.`)
  const child = spawn(process.execPath, args, { ...options, stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}

async function terminated(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const [code] = (await exited) as [number | null]
  return code
}
