/** A process that migrates: `migrate-process.ts <url> [directory]`. Sends the runner's result. */

import { migrateFrom } from '../src/migrate.ts'
import { MIGRATIONS_DIRECTORY } from '../src/migration-files.ts'

const [url = '', directory = MIGRATIONS_DIRECTORY] = process.argv.slice(2)
process.send?.(await migrateFrom(directory, url))
