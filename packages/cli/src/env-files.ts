import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { RindleError } from '@rindle/core'

/** The files that every command reads, the first one first: frameworks let `.env.local` override `.env`, too. */
const ENV_FILES = ['.env.local', '.env'] as const

/**
 * Sets the variables of `.env.local` and `.env` that the environment does not have, as frameworks do. A missing file is
 * none, and so is a directory of that name, which Python has.
 *
 * @throws RindleError `config_invalid` if a file cannot be read.
 */
export function readEnvFiles(directory: string, env: Record<string, string | undefined>): void {
  for (const name of ENV_FILES) {
    for (const [variable, value] of Object.entries(parseEnv(textOf(directory, name)))) env[variable] ??= value
  }
}

function textOf(directory: string, name: string): string {
  try {
    return readFileSync(join(directory, name), 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR') return ''
    const message = `${name} cannot be read (${code}). Make it a file that this user may read, or remove it.`
    throw new RindleError('config_invalid', message, { cause: error })
  }
}
