import { assertConnects, createDatabase, dropDatabase } from './databases.ts'
import { toKnownError } from './known-error.ts'
import { logLine } from './log-line.ts'

/** Does one of the CLI's commands about whole databases and reports as it expects. Returns the exit code. */
export async function runDatabaseCommand(command: string, url: string): Promise<number> {
  // The CLI reads JSON from the second line of stderr on.
  process.stderr.write('\n')
  try {
    await databaseCommand(command, url)
    logLine('INFO', { message: 'Done.' })
    return 0
  } catch (error) {
    logLine('ERROR', { is_panic: false, ...toKnownError(error, url) })
    return 1
  }
}

async function databaseCommand(command: string, url: string): Promise<void> {
  if (command === 'can-connect-to-database') return assertConnects(url)
  if (command === 'create-database') return void (await createDatabase(url))
  if (command === 'drop-database') return dropDatabase(url)
  throw new Error(`Unknown command of the schema engine: ${command}`)
}
