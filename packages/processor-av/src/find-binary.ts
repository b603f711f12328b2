import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { RindleError } from '@rindle/core'

/** The programs of FFmpeg that the processor uses. */
export type BinaryName = 'ffmpeg' | 'ffprobe'

/** Where a program comes from: an option, an environment variable, the PATH, or an installer package. */
export type BinarySource = 'option' | 'environment' | 'path' | 'installer'

/** A program that exists and is executable. */
export interface Binary {
  readonly path: string
  readonly source: BinarySource
}

const VARIABLES: Readonly<Record<BinaryName, string>> = {
  ffmpeg: 'RINDLE_FFMPEG_PATH',
  ffprobe: 'RINDLE_FFPROBE_PATH',
}

// Optional packages: an install may omit them, and they throw strings on a platform for which they have no program.
const INSTALLERS: Readonly<Record<BinaryName, () => Promise<string>>> = {
  ffmpeg: async () => (await import('@ffmpeg-installer/ffmpeg')).default.path,
  ffprobe: async () => (await import('@ffprobe-installer/ffprobe')).default.path,
}

/**
 * Finds a program: at the given path, else by the environment variable, else on the PATH, else in the installer
 * package. Throws `program_not_found` when there is none, or when the path or the variable names a missing program.
 */
export async function findBinary(name: BinaryName, optionPath: string | undefined): Promise<Binary> {
  if (optionPath !== undefined) return named(name, optionPath, 'option', `the option \`${name}Path\``)
  const variable = VARIABLES[name]
  const variablePath = process.env[variable]
  if (variablePath !== undefined && variablePath !== '') return named(name, variablePath, 'environment', variable)
  const onPath = await findOnPath(name)
  if (onPath !== undefined) return { path: onPath, source: 'path' }
  return { path: await installed(name), source: 'installer' }
}

async function named(name: BinaryName, path: string, source: BinarySource, by: string): Promise<Binary> {
  if (await isExecutable(path)) return { path, source }
  throw new RindleError('program_not_found', `${by} names ${path} as ${name}, but no program is there.`, {
    details: { name, path },
  })
}

async function findOnPath(name: BinaryName): Promise<string | undefined> {
  const file = process.platform === 'win32' ? `${name}.exe` : name
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '')
  for (const directory of directories) {
    const path = join(directory, file)
    if (await isExecutable(path)) return path
  }
  return undefined
}

async function installed(name: BinaryName): Promise<string> {
  let path: string
  try {
    path = await INSTALLERS[name]()
  } catch (error) {
    throw new RindleError(
      'program_not_found',
      `There is no ${name}: not on the PATH, and @${name}-installer/${name} is not installed or has none for this ` +
        `platform. Install FFmpeg, or set ${VARIABLES[name]} to its path.`,
      { details: { name }, cause: error },
    )
  }
  if (await isExecutable(path)) return path
  throw new RindleError(
    'program_not_found',
    `The ${name} of @${name}-installer/${name} is not executable: its install script did not run. Allow the script in ` +
      `your package manager, or install FFmpeg, or set ${VARIABLES[name]} to its path.`,
    { details: { name, path } },
  )
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
