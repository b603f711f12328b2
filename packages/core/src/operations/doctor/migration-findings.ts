import { type Database, inspectSchema, type MigrationStatus, type SchemaDrift } from '@rindle/prisma'
import type { Finding } from '../../ports/diagnosis.ts'

const MOST_NAMED = 5

/** Checks that the database has exactly the migrations of this version. */
export async function* migrationFindings(database: Database): AsyncGenerator<Finding> {
  const { migrations, drift } = await inspectSchema(database)
  yield appliedFinding(migrations)
  yield failedFinding(migrations)
  yield editedFinding(migrations)
  if (migrations.applied.length > 0) yield driftFinding(drift)
}

function appliedFinding({ applied, pending, unknown }: MigrationStatus): Finding {
  const id = 'migrations.applied'
  if (pending.length > 0) {
    return { id, status: 'error', summary: `pending: ${listed(pending)}`, fix: 'Run `rindle migrate`.' }
  }
  if (unknown.length > 0) {
    return {
      id,
      status: 'warn',
      summary: `the database is newer than this version, which does not know ${listed(unknown)}`,
      fix: 'Deploy the version that applied them.',
    }
  }
  return { id, status: 'ok', summary: `${applied.length} applied, none pending` }
}

function failedFinding({ failed }: MigrationStatus): Finding {
  const id = 'migrations.failed'
  if (failed.length === 0) return { id, status: 'ok', summary: 'none has failed' }
  return {
    id,
    status: 'error',
    summary: `begun and not finished: ${listed(failed)}`,
    fix: 'Run `rindle migrate`. It tries again, or says what you must undo first.',
  }
}

function editedFinding({ edited }: MigrationStatus): Finding {
  const id = 'migrations.edited'
  if (edited.length === 0) return { id, status: 'ok', summary: 'none was edited after it was applied' }
  return {
    id,
    status: 'error',
    summary: `applied with other contents than the installed ones: ${listed(edited)}`,
    fix: 'Reinstall @rindle/prisma. Put your own changes into your own migrations.',
  }
}

function driftFinding(drift: SchemaDrift | null): Finding {
  const id = 'migrations.drift'
  if (drift === null) {
    return {
      id,
      status: 'warn',
      summary: 'not checked: the database user may not make temporary tables',
      fix: 'Grant it TEMPORARY on the database, or run the doctor as another user.',
    }
  }
  const parts = Object.entries(drift).flatMap(([kind, names]: [string, readonly string[]]) =>
    names.length === 0 ? [] : [`${kind}: ${listed(names)}`],
  )
  if (parts.length === 0) return { id, status: 'ok', summary: 'schema rindle matches its migrations' }
  const isBroken = drift.missing.length + drift.changed.length > 0
  return {
    id,
    status: isBroken ? 'error' : 'warn',
    summary: parts.join('; '),
    fix: isBroken
      ? 'Undo the manual changes. The migrations of @rindle/prisma show the original statements.'
      : 'Move your own objects out of schema rindle.',
  }
}

/** The first few of many names. */
function listed(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED
  return `${names.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
