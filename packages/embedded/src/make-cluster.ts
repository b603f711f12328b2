import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Cluster, clusterAt, clusterIn, hasCluster } from './cluster.ts'
import type { Home } from './home.ts'
import { isProcessAlive } from './is-process-alive.ts'
import { serverEnvironment } from './server-environment.ts'

/**
 * Makes the cluster of a home. It is built aside and renamed when complete, so an interrupted attempt leaves nothing
 * that could pass for a cluster; remains of such attempts are removed. Safe to run in several processes at once.
 *
 * @param initdb - The path of the program.
 * @returns Whether this call made it; `false` if it existed or another process was faster.
 * @throws Error with initdb's output if it fails.
 */
export async function makeCluster(home: Home, initdb: string, isEphemeral: boolean): Promise<boolean> {
  await removeAbandonedAttempts(home.directory)
  if (await hasCluster(home.directory)) return false
  const attempt = await mkdtemp(join(home.directory, `making-${process.pid}-`))
  try {
    await fillCluster(clusterAt(attempt), home, initdb, isEphemeral)
    await rename(attempt, clusterIn(home.directory).directory)
    return true
  } catch (error) {
    await rm(attempt, { recursive: true, force: true })
    if (await hasCluster(home.directory)) return false
    throw error
  }
}

async function fillCluster(cluster: Cluster, home: Home, initdb: string, isEphemeral: boolean): Promise<void> {
  await writeFile(cluster.passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 })
  if (home.user !== undefined) {
    for (const path of [cluster.directory, cluster.passwordFile]) await chown(path, home.user.uid, home.user.gid)
  }
  const initdbArguments = [
    `--pgdata=${cluster.dataDirectory}`,
    '--username=postgres',
    `--pwfile=${cluster.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own C.UTF-8: the same order and case rules on every system, whatever locales it has.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
    ...(isEphemeral ? ['--no-sync'] : []),
  ]
  try {
    const spawnOptions = { ...home.user, cwd: cluster.directory, env: serverEnvironment() }
    await promisify(execFile)(initdb, initdbArguments, spawnOptions)
  } catch (cause) {
    throw new Error(`No database could be made in ${home.directory}: ${explainFailure(cause as SpawnFailure)}`, {
      cause,
    })
  }
}

type SpawnFailure = Error & { code?: unknown; stderr?: string }

function explainFailure({ code, stderr = '', message }: SpawnFailure): string {
  if (code === 'ENOENT') return `${message}. PostgreSQL's programs need glibc, which Alpine Linux lacks.`
  return stderr.trim() === '' ? message : stderr.trim()
}

async function removeAbandonedAttempts(homeDirectory: string): Promise<void> {
  for (const name of await readdir(homeDirectory)) {
    const pid = /^making-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || isProcessAlive(Number(pid))) continue
    // The initdb of a killed process may still be writing.
    await rm(join(homeDirectory, name), { recursive: true, force: true, maxRetries: 10 })
  }
}
