import { inspect } from 'node:util'
import { type ErrorCode, isRindleError, type JsonObject, type RindleError } from '@rindle/core'
import { MigrationError, sqlStateOf } from '@rindle/prisma'
import type { ExitCode } from './exit-code.ts'

/** The explanation of an error that ended a command. */
export interface Explanation {
  /** A stable code; `unexpected` for an unforeseen error. */
  readonly code: string
  /** What failed and what to do. */
  readonly message: string
  readonly exitCode: ExitCode
  /** Facts for programs. */
  readonly details?: JsonObject
  /** Only for an unexpected error, which needs a look: its stack and those of its causes. */
  readonly stack?: string
}

/** Codes of a wrong call or set-up, rather than of failed work. */
const USAGE_CODES: ReadonlySet<ErrorCode> = new Set([
  'config_invalid',
  'setup_incomplete',
  'database_unavailable',
  'invalid_input',
  'unknown_profile',
  'unknown_variant',
  'unknown_slot',
  'capability_unsupported',
  'processor_capability_missing',
  'program_not_found',
])

const CONNECTION_ADVICE: Readonly<Record<string, string>> = {
  // Refused, unknown host, no route, no answer.
  ECONNREFUSED: 'Check that it is running, and check the host and port of the URL.',
  ENOTFOUND: 'Check the host of the URL.',
  EAI_AGAIN: 'Check the host of the URL, and the network.',
  EHOSTUNREACH: 'Check the host of the URL, and the network.',
  ETIMEDOUT: 'Check the host and port of the URL, and the network.',
  // SQLSTATE: invalid authorization, invalid password, unknown database, too many connections, starting up.
  '28000': 'Check the user of the URL, and its permissions in pg_hba.conf.',
  '28P01': 'Check the user and password of the URL.',
  '3D000': 'Create the database, or check its name in the URL.',
  '53300': 'The server has no free connection: stop a process that holds some, or raise max_connections.',
  '57P03': 'The server is starting or stopping: try again in a moment.',
}

/** The server answered, and refuses this user or does not know this database. */
const REFUSED = new Set(['28000', '28P01', '3D000'])

/** SQLSTATE of a table or schema that does not exist, and of a missing right. */
const MISSING_TABLE = new Set(['42P01', '3F000'])
const MISSING_RIGHT = '42501'

/** Explains an error to the user, with the exit code of the command. */
export function explainError(thrown: unknown): Explanation {
  const error = firstOf(thrown)
  if (isRindleError(error)) return explainRindleError(error)
  if (error instanceof MigrationError) {
    const isSetup = error.code === 'database_unreachable' || error.code === 'database_unsupported'
    return { code: error.code, message: error.message, exitCode: isSetup ? 2 : 1 }
  }
  return explainDatabaseError(error) ?? unexpected(error)
}

/** If closing failed because of an earlier error, that earlier error counts. */
function firstOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'SuppressedError' && 'suppressed' in error
    ? firstOf(error.suppressed)
    : error
}

function explainRindleError(error: RindleError): Explanation {
  const { code, message, details } = error
  return {
    code,
    message,
    exitCode: USAGE_CODES.has(code) ? 2 : 1,
    ...(Object.keys(details).length === 0 ? {} : { details }),
  }
}

function explainDatabaseError(error: unknown): Explanation | undefined {
  const state = sqlStateOf(error)
  if (state !== undefined && MISSING_TABLE.has(state)) {
    const message = "The database lacks some of Rindle's tables. Run `rindle migrate`."
    return { code: 'setup_incomplete', message, exitCode: 2 }
  }
  if (state === MISSING_RIGHT) {
    const message = `PostgreSQL refused: ${messageOf(error)}. Grant the permission, or use another database user.`
    return { code: 'setup_incomplete', message, exitCode: 2 }
  }
  const reason = state ?? socketCodeOf(error)
  const advice = reason === undefined ? undefined : CONNECTION_ADVICE[reason]
  if (reason === undefined || advice === undefined) return undefined
  const code = REFUSED.has(reason) ? 'setup_incomplete' : 'database_unavailable'
  return { code, message: `Cannot connect to PostgreSQL: ${messageOf(error)}. ${advice}`, exitCode: 2 }
}

/** `ECONNREFUSED` and similar codes, of the error or of its causes. Prisma's own codes (`P1001`) say less. */
function socketCodeOf(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    if ('code' in current && typeof current.code === 'string' && Object.hasOwn(CONNECTION_ADVICE, current.code)) {
      return current.code
    }
  }
  return undefined
}

/**
 * A refused connection to a name with two addresses is an AggregateError, which has a code but no message. Prisma puts
 * lines about the call before the message of the driver.
 */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return thrownText(error)
  const text = error.message === '' && 'code' in error ? String(error.code) : error.message
  const lines = text.trim().split('\n')
  return (isPrismaError(error) ? (lines.at(-1) ?? text) : text.trim()).replace(/\.$/, '')
}

/** The text of a thrown value, which may be anything. */
function thrownText(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 0 })
}

function isPrismaError(error: Error): boolean {
  return 'clientVersion' in error
}

/** Stacks only: an error's other properties may hold its input, including URLs. */
function unexpected(error: unknown): Explanation {
  const stacks: string[] = []
  for (let current = error; current !== undefined && stacks.length < 5; ) {
    stacks.push(current instanceof Error ? (current.stack ?? String(current)) : thrownText(current))
    current = current instanceof Error ? current.cause : undefined
  }
  return { code: 'unexpected', message: messageOf(error), exitCode: 1, stack: stacks.join('\nCaused by: ') }
}
