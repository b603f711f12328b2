import { migrate as applyMigrations, type MigrationStatus, migrationStatus } from '@rindle/prisma'
import { type Command, type CommandContext, defineCommand, type Outcome } from '../command.ts'
import { requiredDatabaseUrl } from '../database-url.ts'

/** `rindle migrate`: brings the database to the version of the installed packages, or reports its state. */
export const migrate: Command = defineCommand({
  usage: 'migrate',
  describe: "Apply pending migrations to Rindle's tables",
  examples: [
    ['migrate', 'Apply pending migrations to the database of DATABASE_URL'],
    ['migrate --status', 'List applied and pending migrations; exit 1 when any is pending'],
  ],
  positionals: {},
  options: { status: { type: 'boolean', default: false, describe: 'List, and change nothing' } },
  run: async (args, context) => {
    const url = requiredDatabaseUrl(args, context.io.env)
    return args.status ? showStatus(url, context) : applyPending(url, context)
  },
})

async function applyPending(url: string, { report }: CommandContext): Promise<Outcome> {
  const { applied } = await applyMigrations(url)
  for (const name of applied) report.line(`applied ${name}`)
  if (applied.length === 0) report.line('Nothing to apply.')
  return { exitCode: 0, document: { applied } }
}

/** The words for each list of a status, in the order of printing. */
const STATUS_WORDS = {
  applied: 'applied',
  edited: 'edited after it was applied',
  failed: 'failed',
  pending: 'pending',
  unknown: 'unknown to this version',
} as const satisfies Record<keyof MigrationStatus, string>

async function showStatus(url: string, { report }: CommandContext): Promise<Outcome> {
  const status = await migrationStatus(url)
  for (const [list, words] of Object.entries(STATUS_WORDS)) {
    for (const name of status[list as keyof MigrationStatus]) report.line(`${words} ${name}`)
  }
  const needsAction = [...status.pending, ...status.failed, ...status.edited, ...status.unknown].length > 0
  report.line(needsAction ? adviceOn(status) : 'Nothing to apply.')
  return { exitCode: needsAction ? 1 : 0, document: { ...status } }
}

function adviceOn(status: MigrationStatus): string {
  const isPendingOnly = status.failed.length + status.edited.length + status.unknown.length === 0
  return isPendingOnly ? 'Run `rindle migrate`.' : 'Run `rindle migrate`. It says what to do.'
}
