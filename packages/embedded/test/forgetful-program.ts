// Starts the given server, reports that, and has nothing more to do.
import { startEmbeddedPostgres } from '@rindle/embedded'

const server = await startEmbeddedPostgres(JSON.parse(process.argv[2] ?? ''))
process.stdout.write(`${JSON.stringify(server)}\n`)
