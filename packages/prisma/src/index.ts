export type { MigrationStatus } from './compare-ledger.ts'
export type {
  Database,
  DatabaseSource,
  Listening,
  PgPool,
  PgPoolClient,
  PooledSource,
  PrismaSqlClient,
} from './database.ts'
export type {
  MediaAsset,
  MediaAttachment,
  MediaEvent,
  MediaHold,
  MediaProcessingRun,
  MediaTrack,
  MediaTrashedAttachment,
  MediaUploadSession,
  MediaVariant,
  MediaWorker,
} from './generated/client.ts'
export { Prisma, PrismaClient } from './generated/client.ts'
export { inspectSchema, type SchemaReport } from './inspect-schema.ts'
export { type MigrateOptions, migrate } from './migrate.ts'
export type { MigrationConnection } from './migration-connection.ts'
export { MigrationError, type MigrationErrorCode } from './migration-error.ts'
export { migrationStatus } from './migration-status.ts'
export { type OpenDatabaseOptions, openDatabase } from './open-database.ts'
export type { SchemaDrift } from './schema-drift.ts'
export { DateStyleError, prepareSession } from './session-settings.ts'
export { fromPgClient, type PgQueryable, type SqlExecutor } from './sql-executor.ts'
export { sqlStateOf } from './sql-state.ts'
