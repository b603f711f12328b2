import { readFile, stat } from 'node:fs/promises'

/** The operating system's user that PostgreSQL runs as. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** Whether this process is root; PostgreSQL refuses to run as root. Never on Windows. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/**
 * Chooses the user that PostgreSQL runs as. Root runs it as the owner of the existing data or, for new data, as the
 * first of `postgres`, `nobody` and `daemon` that the system has. No user is created.
 *
 * @param dataPath - The data, if it exists.
 * @returns `undefined` if this process is not root: then PostgreSQL runs as the caller.
 * @throws Error if this process is root and the system has none of these users.
 */
export async function chooseServerUser(dataPath: string): Promise<ServerUser | undefined> {
  if (!isRoot()) return undefined
  const owner = await stat(dataPath).catch(() => undefined)
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  // initdb looks up its own user by id, so the user needs an entry.
  const passwd = await readFile('/etc/passwd', 'utf8')
  const user = findUser(passwd, 'postgres') ?? findUser(passwd, 'nobody') ?? findUser(passwd, 'daemon')
  if (user !== undefined) return user
  throw new Error(
    'PostgreSQL does not run as root, and /etc/passwd has no user "postgres", "nobody" or "daemon" to run it as. ' +
      'Run this program as an ordinary user, or set DATABASE_URL to a running PostgreSQL.',
  )
}

/** Finds a user by name in the text of `/etc/passwd`; skips one without a positive id, such as nobody on macOS. */
export function findUser(passwd: string, name: string): ServerUser | undefined {
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find(([user]) => user === name)
  const uid = Number.parseInt(fields?.[2] ?? '', 10)
  const gid = Number.parseInt(fields?.[3] ?? '', 10)
  return uid > 0 && gid > 0 ? { uid, gid } : undefined
}
