import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, supervise } from '@rindle/test-s3'
import pg from 'pg'

const HOST = '127.0.0.1'
/** Root gives up its rights for this user's, because PgBouncer does not run as root. */
const USER = 'nobody'

/** A running PgBouncer. */
export interface PgBouncer {
  /** The URL of the same database, through the pooler. */
  urlOf(databaseUrl: string): string
  /** Ends the pooler. Safe to repeat. */
  stop(): Promise<void>
}

/** The reason for which no PgBouncer can be started here, or `undefined`. */
export async function pgBouncerMissing(): Promise<string | undefined> {
  const probe = spawn('pgbouncer', ['--version'], { stdio: 'ignore' })
  const found = once(probe, 'close').then(
    () => true,
    () => false,
  )
  return (await found) ? undefined : 'there is no pgbouncer on PATH (Debian: apt-get install pgbouncer)'
}

/**
 * Starts PgBouncer in transaction mode, on 127.0.0.1 and a free port, in front of the server of `databaseUrl`; its URL
 * holds a password. It keeps at most `poolSize` connections for each database, and ends with this process at the latest.
 */
export async function startPgBouncer(databaseUrl: string, poolSize = 4): Promise<PgBouncer> {
  const server = new URL(databaseUrl)
  const port = await freePort()
  const supervised = await supervise()
  const { directory } = supervised
  const users = join(directory, 'users.txt')
  const settings = join(directory, 'pgbouncer.ini')
  await writeFile(users, `"${decodeURIComponent(server.username)}" "${decodeURIComponent(server.password)}"\n`)
  await chmod(users, 0o600)
  await writeFile(settings, settingsOf({ server, port, users, poolSize }))
  const isRoot = process.getuid?.() === 0
  if (isRoot) await giveTo(USER, [directory, users, settings])
  const urlOf = (url: string): string => {
    const pooled = new URL(url)
    pooled.host = `${HOST}:${port}`
    return pooled.href
  }
  const program = { command: 'pgbouncer', args: [...(isRoot ? ['-u', USER] : []), settings] }
  try {
    await supervised.start('pgbouncer', program, () => answers(urlOf(databaseUrl)))
  } catch (error) {
    await supervised.stop()
    throw error
  }
  return { urlOf, stop: () => supervised.stop() }
}

interface Settings {
  readonly server: URL
  readonly port: number
  readonly users: string
  readonly poolSize: number
}

function settingsOf({ server, port, users, poolSize }: Settings): string {
  return `[databases]
* = host=${server.hostname} port=${server.port === '' ? 5432 : server.port}

[pgbouncer]
listen_addr = ${HOST}
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 500
`
}

async function giveTo(user: string, paths: readonly string[]): Promise<void> {
  const entry = (await readFile('/etc/passwd', 'utf8')).split('\n').find((line) => line.startsWith(`${user}:`))
  const [, , uid, gid] = entry?.split(':') ?? []
  for (const path of paths) await chown(path, Number(uid), Number(gid))
}

async function answers(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  // A connection that is refused rejects, too.
  client.on('error', () => undefined)
  await client.connect()
  await client.query('select 1')
  await client.end()
}
