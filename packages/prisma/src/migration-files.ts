import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One migration of a package. */
export interface Migration {
  /** The directory's name; migrations are applied in its order. */
  readonly name: string
  readonly sql: string
}

/**
 * The directory of this package's migrations: beside `src`, and beside `dist` once installed. A bundler takes
 * `new URL('../migrations', import.meta.url)` for a file to include: Next's development server then fails, because it
 * compiles `instrumentation.ts` for its edge runtime, too.
 */
export const MIGRATIONS_DIRECTORY: string = join(import.meta.dirname, '../migrations')

/** Reads every `<name>/migration.sql` of a directory, oldest first. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names
      .toSorted()
      .map(async (name) => ({ name, sql: await readFile(join(directory, name, 'migration.sql'), 'utf8') })),
  )
}

/** The checksum that Prisma keeps in its ledger: SHA-256 of the file, hex. */
export function checksumOf(sql: string): string {
  return createHash('sha256').update(sql).digest('hex')
}

/** Whether `checksum` is that of `sql`. Line endings do not count: Git on Windows changes them. */
export function hasChecksum(sql: string, checksum: string): boolean {
  const unix = sql.replaceAll('\r\n', '\n')
  return (
    checksum === checksumOf(sql) ||
    checksum === checksumOf(unix) ||
    checksum === checksumOf(unix.replaceAll('\n', '\r\n'))
  )
}
