import type { Options } from 'yargs'
import { FORMATS, type Format } from './report.ts'

/** Arguments that every command takes. */
export interface CommonArguments {
  /** Path of the configuration file, relative to the working directory. */
  readonly config?: string | undefined
  /** A PostgreSQL URL. */
  readonly databaseUrl?: string | undefined
  readonly format: Format
}

/** Options that every command takes. */
export const COMMON_OPTIONS: Readonly<Record<'config' | 'database-url' | 'format', Options>> = {
  config: {
    type: 'string',
    requiresArg: true,
    describe: 'Configuration file  [default: rindle.config.*]',
  },
  'database-url': {
    type: 'string',
    requiresArg: true,
    describe: 'PostgreSQL URL  [default: $DATABASE_URL]',
  },
  format: { choices: FORMATS, default: 'text', describe: 'Text for people, or one JSON document' },
}
