import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Home } from './home.ts'
import { isProcessAlive } from './postmaster-file.ts'
import { serverEnvironment } from './server-environment.ts'

/** A PostgreSQL cluster on disk: its data and the password of its superuser, made together or not at all. */
export interface Cluster {
  readonly directory: string
  readonly dataDirectory: string
}

/** Where the cluster of a home is, whether or not it exists. */
export function clusterOf(home: Home): Cluster {
  const directory = join(home.directory, 'postgres')
  return { directory, dataDirectory: join(directory, 'data') }
}

/** Reads the password of the superuser `postgres`. */
export async function readPassword(cluster: Cluster): Promise<string> {
  return (await readFile(join(cluster.directory, 'password'), 'utf8')).trim()
}

/** Tells whether the home has a whole cluster. */
export async function hasCluster(home: Home): Promise<boolean> {
  return (await stat(clusterOf(home).directory).catch(() => undefined)) !== undefined
}

/**
 * Makes the cluster of a home. It is made aside and renamed when whole, so an interrupted attempt leaves nothing that
 * could be mistaken for a cluster; what such attempts left is removed. Safe to run in several processes at once.
 *
 * @returns Whether this call made it; `false` when it existed or another process was faster.
 * @throws Error with initdb's own words when it fails.
 */
export async function makeCluster(home: Home, initdb: string, isEphemeral: boolean): Promise<boolean> {
  if (await hasCluster(home)) return false
  await removeAbandonedAttempts(home)
  const attempt = await mkdtemp(join(home.directory, `making-${process.pid}-`))
  try {
    await fillCluster(attempt, home, initdb, isEphemeral)
    await rename(attempt, clusterOf(home).directory)
    return true
  } catch (error) {
    await rm(attempt, { recursive: true, force: true, maxRetries: 5 })
    if (await hasCluster(home)) return false
    throw error
  }
}

async function fillCluster(directory: string, home: Home, initdb: string, isEphemeral: boolean): Promise<void> {
  const passwordFile = join(directory, 'password')
  await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 })
  if (home.user !== undefined) {
    for (const path of [directory, passwordFile]) await chown(path, home.user.uid, home.user.gid)
  }
  const initdbArguments = [
    `--pgdata=${join(directory, 'data')}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own C.UTF-8: the same order and case rules on every system, whatever locales it has.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
    ...(isEphemeral ? ['--no-sync'] : []),
  ]
  await runInitdb(initdb, initdbArguments, home)
}

async function runInitdb(initdb: string, initdbArguments: readonly string[], home: Home): Promise<void> {
  try {
    const options = { ...home.user, cwd: home.directory, env: serverEnvironment() }
    await promisify(execFile)(initdb, initdbArguments, options)
  } catch (cause) {
    const { message, stderr } = cause as Error & { stderr?: string }
    throw new Error(`initdb could not make a database in ${home.directory}: ${stderr?.trim() || message}`, { cause })
  }
}

async function removeAbandonedAttempts(home: Home): Promise<void> {
  for (const name of await readdir(home.directory)) {
    const pid = /^making-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || isProcessAlive(Number(pid))) continue
    await rm(join(home.directory, name), { recursive: true, force: true, maxRetries: 5 })
  }
}
