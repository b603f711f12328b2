import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ServerUser } from './server-user.ts'

/** Whether a user may enter (or execute) a path and every directory above it, by their permission bits. */
export async function isReachable(path: string, user: ServerUser): Promise<boolean> {
  const { uid, gid, mode } = await stat(path)
  const executeBit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
  if ((mode & executeBit) === 0) return false
  const parent = dirname(path)
  return parent === path || (await isReachable(parent, user))
}
