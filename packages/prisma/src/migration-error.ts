/** Why migrations could not be applied or read. */
export type MigrationErrorCode =
  | 'migration_failed'
  | 'migration_edited'
  | 'migration_locked'
  | 'migration_unknown'
  | 'database_unreachable'
  | 'database_unsupported'

/** Thrown by `migrate` and `migrationStatus`. The message says what to do, and never holds a password. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
  readonly code: MigrationErrorCode

  constructor(code: MigrationErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
