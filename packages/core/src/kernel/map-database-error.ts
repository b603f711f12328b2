import { type Database, DateStyleError, sqlStateOf } from '@rindle/prisma'
import { RindleError } from '../domain/errors.ts'

/** Socket errors of Node that mean an absent server, and their explanations. */
const SOCKET_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was lost',
  EPIPE: 'the connection was lost',
  ENOTFOUND: 'its host is unknown',
  EAI_AGAIN: 'its host is unknown',
  ETIMEDOUT: 'it did not answer in time',
}

/** PostgreSQL's classes and states (appendix A) in which the server cannot serve now. */
const UNAVAILABLE_STATES = /^(08|53|57P)/
/** Wrong password, no such role, no such database. */
const REFUSED_STATES = /^(28|3D)/

/**
 * Wraps a database so that its connection failures are `RindleError`s: `database_unavailable`; `setup_incomplete` when
 * it refuses the credentials or does not exist; `config_invalid` for an unreadable DateStyle. Every other error passes
 * unchanged.
 */
export function mappingErrors(database: Database): Database {
  const mapped = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      throw mapDatabaseError(error)
    }
  }
  return {
    connectionString: database.connectionString,
    poolerUrl: database.poolerUrl,
    get prisma() {
      return database.prisma
    },
    executeSql: (text, values) => mapped(database.executeSql(text, values)),
    transaction: (work) => mapped(database.transaction(work)),
    listen: (channel, onMessage, onReconnect) => mapped(database.listen(channel, onMessage, onReconnect)),
    close: () => database.close(),
  }
}

/** Returns a connection failure as a `RindleError`, and any other error unchanged. */
function mapDatabaseError(error: unknown): unknown {
  if (error instanceof DateStyleError) return new RindleError('config_invalid', error.message, { cause: error })
  const state = sqlStateOf(error)
  if (state !== undefined && REFUSED_STATES.test(state)) {
    return new RindleError(
      'setup_incomplete',
      'The database refused the connection: check the user, the password and the name of the database in its URL.',
      { cause: error, details: { sqlState: state } },
    )
  }
  const reason = state !== undefined && UNAVAILABLE_STATES.test(state) ? `it answered ${state}` : socketReason(error)
  if (reason === undefined) return error
  return new RindleError('database_unavailable', `The database cannot be reached: ${reason}.`, { cause: error })
}

function socketReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = (error as NodeJS.ErrnoException).code
  const known = code === undefined ? undefined : SOCKET_ERRORS[code]
  if (known !== undefined) return known
  // pg has no codes for these.
  if (/^(Connection terminated|timeout exceeded when trying to connect)/.test(error.message))
    return 'the connection was lost'
  return error.cause === undefined ? undefined : socketReason(error.cause)
}
