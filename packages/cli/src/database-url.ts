import { RindleError } from '@rindle/core'
import type { CommonArguments } from './common-options.ts'
import type { Io } from './io.ts'

/**
 * The database that flags or, after them, the environment name; `undefined` when neither does.
 *
 * @throws RindleError `config_invalid`; the message never holds the URL.
 */
export function databaseUrl(args: Pick<CommonArguments, 'databaseUrl'>, env: Io['env']): string | undefined {
  const url = args.databaseUrl ?? env['DATABASE_URL']
  // A variable set to nothing is how shells and Compose files leave one out.
  if (url === undefined || url === '') return undefined
  const protocol = URL.parse(url)?.protocol
  if (protocol === 'postgres:' || protocol === 'postgresql:') return url
  const source = args.databaseUrl === undefined ? 'DATABASE_URL' : '--database-url'
  throw new RindleError(
    'config_invalid',
    `${source} is not a PostgreSQL URL. Give one like postgres://user:password@host:5432/database, ` +
      'special characters of the password percent-encoded.',
  )
}

/** {@link databaseUrl} for a command that cannot do without: `config_invalid` when nobody named one. */
export function requiredDatabaseUrl(args: Pick<CommonArguments, 'databaseUrl'>, env: Io['env']): string {
  const url = databaseUrl(args, env)
  if (url !== undefined) return url
  const isEmpty = args.databaseUrl === '' || env['DATABASE_URL'] === ''
  const what = isEmpty ? `${args.databaseUrl === '' ? '--database-url' : 'DATABASE_URL'} is empty.` : 'No database.'
  throw new RindleError('config_invalid', `${what} Set DATABASE_URL or give --database-url.`)
}
