import { setTimeout as delay } from 'node:timers/promises'
import getPort from 'get-port'
import type { Cluster } from './cluster.ts'
import { isProcessAlive } from './is-process-alive.ts'
import { listenAddress, openDatabase } from './open-database.ts'
import { type PostmasterFile, readPostmasterFile } from './postmaster-file.ts'
import type { ServerUser } from './server-user.ts'
import { type SupervisedServer, type SupervisorOrder, superviseServer } from './supervise-server.ts'

/** A complete cluster, and how to run it. */
export interface ServerPlan {
  readonly cluster: Cluster
  readonly executable: string
  readonly user: ServerUser | undefined
  readonly password: string
  readonly port: number | undefined
  readonly database: string
  readonly onLog: (line: string) => void
  readonly isEphemeral: boolean
}

/** A server that accepts connections at `url`. */
export interface RunningServer {
  readonly url: string
  stop(): Promise<void>
}

/** How often a file or a process is polled while a server starts or stops. */
export const pollIntervalMs = 10

/**
 * Starts the server of a cluster under a supervisor.
 *
 * @param stale - The remains of a dead server in the cluster.
 * @param deadline - When to give up, in milliseconds since the epoch.
 * @returns `'changed'` if another process took the cluster or the port in between: look again.
 * @throws Error with the server's last log lines if it ends instead of coming up.
 */
export async function startServer(
  plan: ServerPlan,
  stale: PostmasterFile | undefined,
  deadline: number,
): Promise<RunningServer | 'changed'> {
  const port = plan.port ?? (await getPort({ host: listenAddress }))
  const server = superviseServer(supervisorOrder(plan, port, stale), plan.onLog)
  try {
    const file = await waitUntilReady(plan, server, stale, deadline)
    const opened = file?.port === undefined ? 'refused' : await openDatabase({ ...plan, port: file.port })
    if (file !== undefined && typeof opened === 'object' && opened.supervisorPid === server.supervisorPid) {
      return { url: opened.url, stop: () => stopServer(server, file.pid) }
    }
  } catch (error) {
    await server.stop()
    throw error
  }
  await server.stop()
  return explainEnd(plan, server, stale)
}

/**
 * Stops a server that no supervisor watches any more, and resolves when it has ended.
 *
 * @param pid - The server's process, which has just been proven to belong to this cluster.
 */
export async function stopOrphan(pid: number): Promise<void> {
  if (isProcessAlive(pid)) process.kill(pid, 'SIGINT')
  while (isProcessAlive(pid)) await delay(pollIntervalMs)
}

function supervisorOrder(plan: ServerPlan, port: number, stale: PostmasterFile | undefined): SupervisorOrder {
  const { cluster, executable, user, isEphemeral } = plan
  const settings = [
    `listen_addresses=${listenAddress}`,
    `port=${port}`,
    'unix_socket_directories=',
    ...(isEphemeral ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=300'] : []),
  ]
  return {
    executable,
    arguments: ['-D', cluster.dataDirectory, ...settings.flatMap((setting) => ['-c', setting])],
    workingDirectory: cluster.directory,
    user,
    stalePid: stale?.pid,
    stopSignal: isEphemeral ? 'SIGQUIT' : 'SIGINT',
    removeWhenStopped: isEphemeral ? cluster.directory : undefined,
  }
}

/**
 * @returns The status of the cluster's ready server, or `undefined` if the supervised one ended before it was ready.
 */
async function waitUntilReady(
  plan: ServerPlan,
  server: SupervisedServer,
  stale: PostmasterFile | undefined,
  deadline: number,
): Promise<PostmasterFile | undefined> {
  while (!server.hasEnded()) {
    const file = await readPostmasterFile(plan.cluster.dataDirectory)
    if (file?.status === 'ready' && file.pid !== stale?.pid && isProcessAlive(file.pid)) return file
    if (Date.now() > deadline) throw new Error(`${failureOf(plan)}: it was not ready in time.\n${server.recentLog()}`)
    await delay(pollIntervalMs)
  }
  return undefined
}

/** A server that did not come up lost a race, which is not an error, or found a fault, which its log names. */
async function explainEnd(
  plan: ServerPlan,
  server: SupervisedServer,
  stale: PostmasterFile | undefined,
): Promise<'changed'> {
  const file = await readPostmasterFile(plan.cluster.dataDirectory)
  const hasRival = file !== undefined && file.pid !== stale?.pid && isProcessAlive(file.pid)
  const lostPort = plan.port === undefined && server.recentLog().includes('Address already in use')
  if (hasRival || lostPort) return 'changed'
  throw new Error(`${failureOf(plan)}:\n${server.recentLog()}`)
}

function failureOf(plan: ServerPlan): string {
  return `PostgreSQL did not start in ${plan.cluster.dataDirectory}`
}

async function stopServer(server: SupervisedServer, pid: number): Promise<void> {
  await server.stop()
  // A killed supervisor could not stop its server.
  if (server.wasKilled()) await stopOrphan(pid)
}
