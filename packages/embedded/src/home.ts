import { chmod, mkdir, mkdtemp, readlink, realpath, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { hasCluster } from './cluster.ts'
import { isReachable } from './reachability.ts'
import { openRootStore } from './root-store.ts'
import { chooseServerUser, isRoot, type ServerUser } from './server-user.ts'

/** The place of one PostgreSQL cluster, and the user who may run it. */
export interface Home {
  /** Holds the cluster, `postgres/`, and during its creation a directory `making-…`. */
  readonly directory: string
  /** `undefined` if PostgreSQL runs as the caller. */
  readonly user: ServerUser | undefined
}

/**
 * Decides where the cluster of `directory` lives, and creates that place. It is `directory` itself, unless this process
 * is root and PostgreSQL's user cannot get there (a project in `/root`): then it is a directory in `/var/lib/rindle`,
 * and `postgres` in `directory` is a symbolic link to it. An existing cluster stays where it is.
 *
 * @param isEphemeral - Leaves no link behind.
 */
export async function openHome(directory: string, isEphemeral: boolean): Promise<Home> {
  const wanted = await makeDirectory(resolve(directory))
  const linked = await readHomeLink(wanted)
  const inUse = linked === undefined ? wanted : await makeDirectory(linked)
  const user = await chooseServerUser(join(inUse, 'postgres'))
  const mustStay = linked !== undefined || user === undefined || (await hasCluster(inUse))
  if (mustStay || (await isReachable(wanted, user))) return { directory: inUse, user }
  const elsewhere = await mkdtemp(join(await openRootStore(), `${basename(dirname(wanted))}-`))
  await chmod(elsewhere, 0o755)
  return { directory: isEphemeral ? elsewhere : await leaveHomeLink(wanted, elsewhere), user }
}

async function makeDirectory(directory: string): Promise<string> {
  const made = await mkdir(directory, { recursive: true })
  // PostgreSQL's user must pass, whatever root's umask; the data inside is only for that user. An existing directory
  // keeps its mode, which somebody chose.
  if (made !== undefined && isRoot()) await chmod(directory, 0o755)
  return realpath(directory)
}

async function readHomeLink(directory: string): Promise<string | undefined> {
  try {
    return dirname(await readlink(join(directory, 'postgres')))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // EINVAL: a directory, not a link. Windows reports UNKNOWN.
    if (code === 'ENOENT' || code === 'EINVAL' || code === 'UNKNOWN') return undefined
    throw error
  }
}

/** Links `directory` to `elsewhere`, unless another process has just linked it to its own place: that link wins. */
async function leaveHomeLink(directory: string, elsewhere: string): Promise<string> {
  try {
    await symlink(join(elsewhere, 'postgres'), join(directory, 'postgres'))
    return elsewhere
  } catch (error) {
    await rm(elsewhere, { recursive: true })
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return (await readHomeLink(directory)) ?? directory
  }
}
