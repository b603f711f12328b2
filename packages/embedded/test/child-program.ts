// Run by `startInChild`: starts the given server, prints one line, and stops it when its input ends.
import { once } from 'node:events'
import { startEmbeddedPostgres } from '@rindle/embedded'

const server = await startEmbeddedPostgres(JSON.parse(process.argv[2] ?? ''))
process.stdout.write(`${JSON.stringify(server)}\n`)
process.stdin.resume()
await once(process.stdin, 'end')
await server.stop()
