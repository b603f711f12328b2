import { access } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isRindleError, type Rindle, RindleError } from '@rindle/core'
import { createJiti } from 'jiti'
import { createJiti as createNodeLoader } from 'jiti/native'
import type { CommonArguments } from './common-options.ts'
import { databaseUrl } from './database-url.ts'
import type { Io } from './io.ts'
import { missingModule } from './missing-module.ts'

/** Names of the configuration file; the first that exists counts. */
const CONFIG_NAMES = ['rindle.config.ts', 'rindle.config.mts', 'rindle.config.js', 'rindle.config.mjs'] as const

/** Enough to recognise an instance of Rindle from any copy of core. */
const INSTANCE_METHODS = ['start', 'stop', 'work', 'upload', 'asset', 'url', 'variantUrl'] as const

/**
 * Loads the configuration file and returns the instance that it exports, or that the exported function makes. Not
 * started. While it loads, `DATABASE_URL` of this process is the URL of the flag, if there is one.
 *
 * @throws RindleError `setup_incomplete` without a file, `config_invalid` if it exports nothing usable or refuses to
 *   load; an error of the file's own code as `cause` of an Error that names the file.
 */
export async function loadConfig(args: CommonArguments, io: Io): Promise<Rindle> {
  const path = await findConfig(args.config, io.cwd)
  const exported = await withDatabaseUrl(databaseUrl(args, io.env), () => instanceOf(path))
  if (exported !== undefined) return exported
  throw new RindleError(
    'config_invalid',
    `${basename(path)} has no instance of Rindle as its default export. ` +
      'Write `export default createRindle({ … })`, or a function that returns one.',
  )
}

/** The name of the configuration file that `directory` has, if it has one. */
export async function existingConfig(directory: string): Promise<string | undefined> {
  for (const name of CONFIG_NAMES) {
    if (await exists(resolve(directory, name))) return name
  }
  return undefined
}

async function findConfig(wanted: string | undefined, cwd: string): Promise<string> {
  if (wanted !== undefined && (await exists(resolve(cwd, wanted)))) return resolve(cwd, wanted)
  if (wanted !== undefined)
    throw new RindleError('config_invalid', `There is no configuration file ${wanted}. Check --config.`)
  const found = await existingConfig(cwd)
  if (found !== undefined) return resolve(cwd, found)
  throw new RindleError(
    'setup_incomplete',
    `There is no rindle.config.ts in ${cwd}. Run \`rindle init\` to write one, or name yours with --config.`,
  )
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Configuration files take the URL from the environment, so a flag is put there. */
async function withDatabaseUrl<T>(url: string | undefined, work: () => Promise<T>): Promise<T> {
  const before = process.env['DATABASE_URL']
  if (url === undefined || url === before) return work()
  process.env['DATABASE_URL'] = url
  try {
    return await work()
  } finally {
    if (before === undefined) delete process.env['DATABASE_URL']
    else process.env['DATABASE_URL'] = before
  }
}

/** The instance of the file; `undefined` if it exports none. */
async function instanceOf(path: string): Promise<Rindle | undefined> {
  const file = basename(path)
  try {
    const exported = await withoutTypelessWarning(() => exportOf(path))
    if (!isInstance(exported)) return undefined
    // An instance from the environment is made by its first use: now, while the variables are as they shall be.
    void exported.profiles
    return exported
  } catch (error) {
    if (isRindleError(error)) {
      throw new RindleError(error.code, `${file}: ${error.message}`, { details: error.details, cause: error })
    }
    throw (await missingModule(error, path)) ?? new Error(`${file} could not be loaded.`, { cause: error })
  }
}

async function exportOf(path: string): Promise<unknown> {
  await runByNode(path)
  const jiti = createJiti(import.meta.url, { tryNative: true, fsCache: false })
  const exported = await jiti.import(path, { default: true })
  return typeof exported === 'function' ? await (exported as () => unknown)() : exported
}

/**
 * Leaves out one warning of Node: about a module in a project whose package.json has no `type`, as in applications of
 * Next. The file loads all the same.
 */
async function withoutTypelessWarning<T>(work: () => Promise<T>): Promise<T> {
  const before = Reflect.get(process, 'emitWarning')
  process.emitWarning = (...args: readonly unknown[]) => {
    const [, options] = args as readonly [unknown, { readonly code?: string }?]
    if (options?.code !== 'MODULE_TYPELESS_PACKAGE_JSON') Reflect.apply(before, process, args)
  }
  try {
    return await work()
  } finally {
    process.emitWarning = before
  }
}

/**
 * Runs the file as Node does, and throws if its own code fails. Whatever may be for want of a compiler is left to jiti.
 * jiti takes every error for that: alone, it would compile all that the file imports, only to fail a second time.
 */
async function runByNode(path: string): Promise<void> {
  try {
    await createNodeLoader(import.meta.url).import(pathToFileURL(path).href)
  } catch (error) {
    if (isOfOwnCode(error)) throw error
  }
}

function isOfOwnCode(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  // Syntax that Node does not know, names that only CommonJS has, and other defaults of modules.
  if (error instanceof SyntaxError || error instanceof ReferenceError || error instanceof TypeError) return false
  return !('code' in error && /^(ERR_|MODULE_NOT_FOUND$)/.test(String(error.code)))
}

function isInstance(exported: unknown): exported is Rindle {
  if (typeof exported !== 'object' || exported === null || !('profiles' in exported)) return false
  const members = exported as Readonly<Record<string, unknown>>
  return INSTANCE_METHODS.every((method) => typeof members[method] === 'function')
}
