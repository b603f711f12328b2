import { createRindle, type RindleOptions } from './create-rindle.ts'
import { RindleError } from './domain/errors.ts'
import type { RunningWorkers } from './kernel/running-workers.ts'
import { errorFields, type Logger, safeLogger, stderrLogger } from './ports/logger.ts'
import type { Profiles } from './profile/names.ts'
import type { AnyProfile } from './profile/profile.ts'
import type { Rindle } from './rindle.ts'
import { VERBS } from './verbs.ts'

/** Options of {@link rindleFromEnv}. */
export interface FromEnvOptions {
  /** Keeps several instances of one process apart. @default 'default' */
  readonly name?: string
}

/** The instance of one name, and the configuration that was read last. */
interface Kept {
  instance: Rindle | null
  configure: () => RindleOptions<Profiles>
  /** The configuration that the instance was last compared with. */
  compared: Kept['configure'] | null
  shape: string
  /** The arguments of those calls of `work` whose workers run. */
  readonly working: Set<Parameters<Rindle['work']>>
}

const KEPT = Symbol.for('@rindle/core.instances')
// On the process's global object, because bundlers may load a module once for each of their layers.
const instances: Map<string, Kept> = ((globalThis as { [KEPT]?: Map<string, Kept> })[KEPT] ??= new Map())

/**
 * Makes an instance on its first use, from environment variables that must be set. Importing the module needs neither
 * the variables nor the database, so a build needs no secrets. Every use throws `config_invalid` with all missing
 * variables (also in `details.missing`) until they are set; an empty variable counts as missing.
 *
 * A process has one instance of each `name`, however often a bundler or a development server loads the module. In
 * development (`NODE_ENV=development`), an instance with other profiles replaces the present one, and its workers
 * move. Any other change, and one of a function, needs a restart. Otherwise a second configuration of the same name
 * throws `config_invalid`.
 */
export function rindleFromEnv<
  const V extends string,
  Ps extends Readonly<Record<string, AnyProfile<NoInfer<St>>>>,
  St extends string = string,
>(
  variables: readonly V[],
  configure: (env: { readonly [N in V]: string }) => RindleOptions<Ps, St>,
  { name = 'default' }: FromEnvOptions = {},
): Rindle<Ps> {
  const configured = (): RindleOptions<Profiles> =>
    configure(readVariables(variables)) as unknown as RindleOptions<Profiles>
  const kept = instances.get(name)
  if (kept === undefined) {
    instances.set(name, { instance: null, configure: configured, compared: null, shape: '', working: new Set() })
  } else kept.configure = configured
  return handleOf(name) as unknown as Rindle<Ps>
}

function readVariables<V extends string>(variables: readonly V[]): { readonly [N in V]: string } {
  const missing = variables.filter((variable) => !process.env[variable])
  if (missing.length === 0) {
    return Object.fromEntries(variables.map((variable) => [variable, process.env[variable]])) as { [N in V]: string }
  }
  const names = missing.join(', ')
  const message = `Environment variables are missing or empty: ${names}. Set them for this process, for example in .env.`
  throw new RindleError('config_invalid', message, { details: { missing } })
}

/** Looks for the instance at each call, so that modules that were loaded earlier follow a replacement. */
function handleOf(name: string): Rindle {
  const kept = instances.get(name) as Kept
  const verbs = Object.keys(VERBS).map((verb) => [
    verb,
    (...args: unknown[]) => call(currentOf(kept, name), verb, args),
  ])
  const stop = async (): Promise<void> => {
    kept.working.clear()
    await kept.instance?.stop()
  }
  const handle = {
    ...(Object.fromEntries(verbs) as Rindle),
    work: (...args: Parameters<Rindle['work']>) => {
      const instance = currentOf(kept, name)
      return workAt(instance, kept, args)
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
  const getter = <K extends 'version' | 'profiles' | 'prisma'>(property: K): PropertyDescriptor => ({
    enumerable: true,
    get: () => currentOf(kept, name)[property],
  })
  return Object.defineProperties(handle, {
    version: getter('version'),
    profiles: getter('profiles'),
    prisma: getter('prisma'),
  })
}

async function workAt(instance: Rindle, { working }: Kept, args: Parameters<Rindle['work']>): Promise<RunningWorkers> {
  const workers = await instance.work(...args)
  working.add(args)
  return {
    ...workers,
    stop: (options) => {
      working.delete(args)
      return workers.stop(options)
    },
  }
}

function call(instance: Rindle, verb: string, args: readonly unknown[]): unknown {
  return (instance as unknown as Readonly<Record<string, (...given: readonly unknown[]) => unknown>>)[verb]?.(...args)
}

function currentOf(kept: Kept, name: string): Rindle {
  const { instance, configure, compared, shape } = kept
  if (instance !== null && compared === configure) return instance
  const options = configure()
  const isSame = instance !== null && shapeOf(options) === shape
  if (instance !== null && !isSame && process.env['NODE_ENV'] !== 'development') throw secondConfiguration(name)
  if (!isSame) {
    const made = createRindle(options)
    kept.instance = made
    kept.shape = shapeOf(options)
    if (instance !== null) void replace(kept, instance, made, options.logger ?? stderrLogger)
  }
  kept.compared = configure
  return kept.instance as Rindle
}

/** The comparable part of a configuration: data, and the names of adapters. */
function shapeOf({ profiles, storages, processors = [] }: RindleOptions<Profiles>): string {
  const shape = [profiles, Object.keys(storages), namesOf(processors)]
  // Scanners and analyzers are the application's objects, and may hold anything.
  return JSON.stringify(shape, (key, value: unknown) =>
    key === 'scanners' || key === 'analyzers' ? namesOf(value as readonly { readonly name: string }[]) : value,
  )
}

function namesOf(parts: readonly { readonly name: string }[]): readonly string[] {
  return parts.map(({ name }) => name)
}

/** Stops an instance that another one has replaced, and starts its workers there, unless that one was replaced as well. */
async function replace(kept: Kept, replaced: Rindle, successor: Rindle, logger: Logger): Promise<void> {
  try {
    await replaced.stop()
    if (kept.working.size === 0 || kept.instance !== successor) return
    await successor.start()
    for (const args of kept.working) await successor.work(...args)
  } catch (error) {
    safeLogger(logger).error(errorFields(error), 'The workers could not follow a changed configuration. Restart.')
  }
}

function secondConfiguration(name: string): RindleError {
  return new RindleError(
    'config_invalid',
    `This process has two configurations of the name "${name}" with different profiles. ` +
      "Give one of them a name of its own: rindleFromEnv([…], (env) => ({ … }), { name: 'other' }).",
  )
}
