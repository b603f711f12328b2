import { parseArgs } from 'node:util'
import { closest } from 'fastest-levenshtein'
import { type Choices, FRAMEWORKS, MEDIA, PACKAGE_MANAGERS, type PackageManager } from './choices.ts'
import { UsageError } from './usage-error.ts'

/** A parsed command line. What was not given is `undefined`. */
export interface CommandLine {
  readonly directory: string | undefined
  readonly framework: Choices['framework'] | undefined
  readonly media: Choices['media'] | undefined
  readonly database: Choices['database'] | undefined
  readonly packageManager: PackageManager | undefined
  readonly install: boolean
  /** Take the defaults, ask nothing. */
  readonly yes: boolean
  readonly help: boolean
  readonly version: boolean
}

const OPTIONS = {
  framework: { type: 'string', short: 'f' },
  media: { type: 'string', short: 'm' },
  database: { type: 'string', short: 'd' },
  'package-manager': { type: 'string' },
  'no-install': { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

/**
 * Parses the arguments. Pure.
 *
 * @throws UsageError for an unknown option, a wrong value or a second directory.
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const { values, positionals } = parsed(argv)
  if (positionals.length > 1) throw new UsageError(`Name one directory, not ${positionals.length}.`)
  return {
    directory: positionals[0],
    framework: oneOf('--framework', FRAMEWORKS, values.framework),
    media: oneOf('--media', MEDIA, values.media),
    database: values.database === undefined ? undefined : databaseOf(values.database),
    packageManager: oneOf('--package-manager', PACKAGE_MANAGERS, values['package-manager']),
    install: values['no-install'] !== true,
    yes: values.yes === true,
    help: values.help === true,
    version: values.version === true,
  }
}

/**
 * The database that a text names: `embedded`, `own` (a URL that follows later) or a PostgreSQL URL. Pure.
 *
 * @throws UsageError that never holds the text, which may contain a password.
 */
export function databaseOf(text: string): string | null {
  if (text === 'embedded') return null
  if (text === 'own') return ''
  // `URL.parse` is not in Node 20, which may run this program.
  if (/^postgres(?:ql)?:/.test(text) && URL.canParse(text)) return text
  throw new UsageError(
    '--database is neither "embedded" nor "own" nor a PostgreSQL URL. ' +
      'Use one like postgres://user:password@host:5432/database, special characters of the password percent-encoded.',
  )
}

function parsed(argv: readonly string[]): ReturnType<typeof parse> {
  try {
    return parse(argv)
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw new UsageError(unknownOption(message))
    if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') throw new UsageError(wrongValue(message))
    throw error
  }
}

// The inferred return type is what callers need, and isolated declarations do not reach an unexported function.
function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true })
}

function unknownOption(message: string): string {
  const given = /'(-[^']+)'/.exec(message)?.[1] ?? ''
  const names = Object.keys(OPTIONS).map((name) => `--${name}`)
  return `Unknown option ${given}.${given.startsWith('--') ? ` Did you mean ${closest(given, names)}?` : ''}`
}

function wrongValue(message: string): string {
  const name = /--[a-z-]+/.exec(message)?.[0] ?? 'An option'
  return message.includes('does not take') ? `${name} takes no value.` : `${name} needs a value.`
}

function oneOf<const T extends string>(
  option: string,
  choices: readonly T[],
  given: string | undefined,
): T | undefined {
  const found = choices.find((choice) => choice === given)
  if (given === undefined || found !== undefined) return found
  throw new UsageError(`${option} must be one of ${choices.join(', ')}, not "${given}".`)
}
