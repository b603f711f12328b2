import { RindleError } from '@rindle/core'
import type { CommonArguments } from './common-options.ts'
import type { Io } from './io.ts'

/**
 * The database that a flag or, without one, the environment names; `undefined` if neither does.
 *
 * @throws RindleError `config_invalid`; the message never holds the URL.
 */
export function databaseUrl(args: Pick<CommonArguments, 'databaseUrl'>, env: Io['env']): string | undefined {
  const url = args.databaseUrl ?? env['DATABASE_URL']
  // Shells and Compose files omit a variable by setting it to nothing.
  if (url === undefined || url === '') return undefined
  const protocol = URL.parse(url)?.protocol
  if (protocol === 'postgres:' || protocol === 'postgresql:') return url
  const source = args.databaseUrl === undefined ? 'DATABASE_URL' : '--database-url'
  throw new RindleError(
    'config_invalid',
    `${source} is not a PostgreSQL URL. Use one like postgres://user:password@host:5432/database, ` +
      'and percent-encode special characters in the password.',
  )
}

/** {@link databaseUrl} for a command that needs a database: `config_invalid` if nobody named one. */
export function requiredDatabaseUrl(args: Pick<CommonArguments, 'databaseUrl'>, env: Io['env']): string {
  const url = databaseUrl(args, env)
  if (url !== undefined) return url
  const isEmpty = args.databaseUrl === '' || env['DATABASE_URL'] === ''
  const what = isEmpty ? `${args.databaseUrl === '' ? '--database-url' : 'DATABASE_URL'} is empty.` : 'No database.'
  throw new RindleError(
    'config_invalid',
    `${what} Set DATABASE_URL in the environment or in .env, or use --database-url.`,
  )
}
