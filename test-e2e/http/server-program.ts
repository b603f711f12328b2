/**
 * A whole application in a process of its own, so that its memory is its own: the handler in `node:http`, and workers.
 * Arguments: database URL, directory, idle timeout in milliseconds. Sends its URL; answers every message with a report.
 */
import { join } from 'node:path'
import { createRindle } from '@rindle/core'
import { createHandler, toNodeHandler } from '@rindle/http'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { listen } from './listen.ts'
import { actorOfHeader, collectErrors, servedProfiles, storageAt } from './served-configuration.ts'

/** The program's answer. */
export interface ServerReport {
  /** The most memory that the process has ever held, in bytes. */
  readonly peakBytes: number
  /** The logged errors. */
  readonly errors: readonly string[]
  /** Open connections, idle ones included. */
  readonly connections: number
}

const [database = '', directory = '', idleTimeoutMs = ''] = process.argv.slice(2)
let answer: ReturnType<typeof toNodeHandler> = () => {}
const server = await listen((incoming, outgoing) => answer(incoming, outgoing))
const errors: string[] = []
const rindle = createRindle({
  database,
  storages: { main: storageAt(server.url, directory) },
  processors: [imageProcessor()],
  jobs: pgBossJobs(),
  profiles: servedProfiles,
  logger: collectErrors(errors),
  workDirectory: join(directory, 'work'),
})
await rindle.start()
await rindle.work()
answer = toNodeHandler(
  createHandler(rindle, {
    basePath: '/rindle',
    actor: actorOfHeader,
    idleTimeoutMs: Number(idleTimeoutMs),
    logger: collectErrors(errors),
  }),
)
process.on('message', () => void report())
process.once('disconnect', () => {
  void server[Symbol.asyncDispose]().then(() => rindle.stop())
})
process.send?.(`${server.url}/rindle`)

async function report(): Promise<void> {
  const peakBytes = process.resourceUsage().maxRSS * 1024
  process.send?.({ peakBytes, errors, connections: await server.connections() } satisfies ServerReport)
}
