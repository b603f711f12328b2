import { readFile } from 'node:fs/promises'
import { prepareBinaries } from './binaries.ts'
import { type Cluster, clusterIn, hasCluster } from './cluster.ts'
import { openHome } from './home.ts'
import { makeCluster } from './make-cluster.ts'
import { runServer } from './run-server.ts'

/** How and where to start PostgreSQL. */
export interface EmbeddedPostgresOptions {
  /** The parent directory of the data; created if absent. Each directory has one database server. */
  readonly directory: string
  /** The TCP port on 127.0.0.1. Not used if the directory's server already runs. @default a free port */
  readonly port?: number
  /** The database that `url` names; created if absent. @default 'rindle' */
  readonly database?: string
  /** Receives the server's log, line by line. It holds statements of failed queries, never the password. */
  readonly onLog?: (line: string) => void
  /**
   * For tests: nothing is synced to disk, and the data is deleted when the server stops, even if this process is
   * killed. The directory must not hold a database yet.
   * @default false
   */
  readonly ephemeral?: boolean
}

/** A PostgreSQL server that accepts connections. */
export interface EmbeddedPostgres {
  /** A connection URL of the superuser; it contains the password. */
  readonly url: string
  /** The real place of the data: the directory of the options, or the target of its symbolic link `postgres`. */
  readonly directory: string
  /** Whether this call created the database server; `false` if the directory already held one. */
  readonly firstStart: boolean
  /**
   * Disconnects every client, stops the server and resolves when it has ended. Does nothing if another process started
   * the server. Safe to call twice.
   */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts the PostgreSQL of a directory, or connects to it if another live process has started it. It listens on
 * 127.0.0.1 only, and it ends with the process that started it, however that ends.
 *
 * @throws Error that says what to do: no PostgreSQL for this platform, data that cannot be used, a port in use.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { directory, port, database = 'rindle', onLog = () => undefined, ephemeral: isEphemeral = false } = options
  const home = await openHome(directory, isEphemeral)
  if (isEphemeral && (await hasCluster(home.directory))) {
    throw new Error(`${directory} holds a database, and an ephemeral server would delete it: name another directory.`)
  }
  const binaries = await prepareBinaries(home.user)
  const firstStart = await makeCluster(home, binaries.initdb, isEphemeral)
  const cluster = clusterIn(home.directory)
  const server = await runServer({
    cluster,
    executable: binaries.postgres,
    user: home.user,
    password: await readPassword(cluster),
    port,
    database,
    onLog,
    isEphemeral,
  })
  const stop = (): Promise<void> => server.stop()
  return { url: server.url, directory: home.directory, firstStart, stop, [Symbol.asyncDispose]: stop }
}

async function readPassword(cluster: Cluster): Promise<string> {
  try {
    return await readFile(cluster.passwordFile, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EACCES') throw cause
    throw new Error(`The database in ${cluster.directory} belongs to another user: start it as that user or as root.`, {
      cause,
    })
  }
}
