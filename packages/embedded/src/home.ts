import { chmod, link, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { isReachable } from './reachability.ts'
import { openRootStore } from './root-store.ts'
import { chooseServerUser, type ServerUser } from './server-user.ts'

/** The place of one PostgreSQL cluster, and who may run it. */
export interface Home {
  /** Holds `postgres/`, and while that is being made a directory `making-…`. */
  readonly directory: string
  /** `undefined` when PostgreSQL runs as the caller. */
  readonly user: ServerUser | undefined
}

const pointerName = 'postgres.location'

/**
 * Decides where the data of `directory` lives, and makes that place. It is `directory` itself, unless this process is
 * root and PostgreSQL's user cannot get there (a project in `/root`): then it is a directory in `/var/lib/rindle` that
 * a file `postgres.location` in `directory` names. Data that exists stays where it is.
 *
 * @param isEphemeral - Leaves no `postgres.location` behind.
 */
export async function openHome(directory: string, isEphemeral: boolean): Promise<Home> {
  const wanted = await makeDirectory(resolve(directory))
  const directoryInUse = (await readPointer(wanted)) ?? wanted
  const user = await chooseServerUser(join(directoryInUse, 'postgres'))
  if (directoryInUse !== wanted || user === undefined || (await isReachable(wanted, user))) {
    return { directory: directoryInUse, user }
  }
  const elsewhere = await mkdtemp(join(await openRootStore(), `${basename(dirname(wanted))}-`))
  await chmod(elsewhere, 0o711)
  return { directory: isEphemeral ? elsewhere : await leavePointer(wanted, elsewhere), user }
}

async function makeDirectory(directory: string): Promise<string> {
  const made = await mkdir(directory, { recursive: true })
  // PostgreSQL's user must pass through; what it holds has modes of its own. A directory of the caller's is left alone.
  if (made !== undefined) await chmod(directory, 0o711)
  return realpath(directory)
}

async function readPointer(directory: string): Promise<string | undefined> {
  try {
    const [location] = (await readFile(join(directory, pointerName), 'utf8')).split('\n')
    return location === undefined || location === '' ? undefined : await makeDirectory(location)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Names `elsewhere` in `directory`, unless another process has just named a place of its own: then that one holds. */
async function leavePointer(directory: string, elsewhere: string): Promise<string> {
  const draft = join(elsewhere, pointerName)
  await writeFile(
    draft,
    `${elsewhere}\n\nThe database of this directory is kept there: PostgreSQL does not run as root, and no other user\n` +
      'can enter here. Delete that directory together with this one.\n',
  )
  try {
    // A link appears whole or not at all, and never replaces a file.
    await link(draft, join(directory, pointerName))
    return elsewhere
  } catch {
    const winner = await readPointer(directory)
    if (winner === undefined) await writeFile(join(directory, pointerName), await readFile(draft), { flag: 'wx' })
    return winner ?? elsewhere
  }
}
