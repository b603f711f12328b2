import { setTimeout as delay } from 'node:timers/promises'
import { isProcessAlive } from './is-process-alive.ts'
import { openDatabase } from './open-database.ts'
import { type PostmasterFile, readPostmasterFile } from './postmaster-file.ts'
import { pollIntervalMs, type RunningServer, type ServerPlan, startServer, stopOrphan } from './start-server.ts'

// Crash recovery of a large database takes a while; anything longer is a fault.
const startTimeoutMs = 60_000

/**
 * Starts the server of a cluster, or attaches to the one that another live process runs. If the process that started a
 * server is gone, stops the server and starts it again, so that somebody will stop it.
 *
 * @throws Error with the server's last log lines if it does not come up within 60 seconds.
 */
export async function runServer(plan: ServerPlan): Promise<RunningServer> {
  const deadline = Date.now() + startTimeoutMs
  for (;;) {
    const file = await readPostmasterFile(plan.cluster.dataDirectory)
    const isRunning = file !== undefined && isProcessAlive(file.pid)
    const server = isRunning ? await attach(plan, file, deadline) : await startServer(plan, file, deadline)
    if (server !== 'changed') return server
    if (Date.now() > deadline) throw new Error(timeoutMessage(plan, file))
    await delay(pollIntervalMs)
  }
}

/** @returns `'changed'` if the server is starting or stopping: look again. */
async function attach(plan: ServerPlan, file: PostmasterFile, deadline: number): Promise<RunningServer | 'changed'> {
  if (file.status !== 'ready' || file.port === undefined) return 'changed'
  const opened = await openDatabase({ port: file.port, password: plan.password, database: plan.database })
  // A ready server listens, so another program has this id by now: the server that had it is dead.
  if (opened === 'refused') return startServer(plan, file, deadline)
  if (opened === 'not-ready') return 'changed'
  if (opened.supervisorPid === undefined || isProcessAlive(opened.supervisorPid)) {
    return { url: opened.url, stop: async () => undefined }
  }
  await stopOrphan(file.pid)
  return 'changed'
}

function timeoutMessage(plan: ServerPlan, file: PostmasterFile | undefined): string {
  const { dataDirectory } = plan.cluster
  const hint =
    file === undefined
      ? ''
      : ` Its postmaster.pid names process ${file.pid} (${file.status}); if that is not a PostgreSQL, delete the file.`
  return `PostgreSQL in ${dataDirectory} neither started nor stopped within ${startTimeoutMs / 1000} seconds.${hint}`
}
