import { basename, dirname } from 'node:path'
import { RindleError } from '@rindle/core'
import { installCommand, readProject } from './init/project.ts'

/**
 * Explains a configuration file whose import was not found: the package to install, or the file that does not exist.
 * `undefined` for other errors.
 */
export async function missingModule(error: unknown, path: string): Promise<RindleError | undefined> {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') return undefined
  const specifier = /Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1]
  if (specifier === undefined) return undefined
  const file = basename(path)
  if (/^(?:[./]|[a-z]+:|[A-Z]:\\)/.test(specifier)) {
    const message = `${file} imports ${specifier}, which does not exist. Correct the import, or create the file.`
    return new RindleError('config_invalid', message, { cause: error })
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  const command = installCommand(await readProject(dirname(path)), [name])
  const message = `${file} needs the package ${name}, which is not installed. Run \`${command}\`.`
  return new RindleError('setup_incomplete', message, { details: { missing: [name] }, cause: error })
}
