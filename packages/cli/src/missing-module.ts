import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname } from 'node:path'
import { RindleError } from '@rindle/core'
import { installCommand, readProject } from './init/project.ts'

/**
 * Explains a configuration file whose import was not found: the packages to install, or the file that does not exist.
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
  const missing = [...new Set([packageOf(specifier), ...missingImports(path)])]
  const command = installCommand(await readProject(dirname(path)), missing)
  const what = missing.length === 1 ? `the package ${missing.join()}, which is` : 'packages that are'
  const message = `${file} needs ${what} not installed. Run \`${command}\`.`
  return new RindleError('setup_incomplete', message, { details: { missing }, cause: error })
}

/** The packages that the file itself imports and the project lacks: Node only tells the first one. */
function missingImports(path: string): readonly string[] {
  const { resolve } = createRequire(path)
  const imports = [...readFileSync(path, 'utf8').matchAll(/^import .*?['"]([^'"./][^'"]*)['"]/gm)]
  return imports.flatMap(([, specifier = '']) => {
    try {
      resolve(specifier)
      return []
    } catch (error) {
      // Other codes are of packages that are there, and that only `import` may load.
      return (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND' ? [packageOf(specifier)] : []
    }
  })
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
