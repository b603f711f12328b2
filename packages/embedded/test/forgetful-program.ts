// Starts the given server, reports that, and has nothing more to do when its input ends.
import { once } from 'node:events'
import { startEmbeddedPostgres } from '@rindle/embedded'

const server = await startEmbeddedPostgres(JSON.parse(process.argv[2] ?? ''))
process.stdout.write(`${JSON.stringify(server)}\n`)
process.stdin.resume()
await once(process.stdin, 'end')
