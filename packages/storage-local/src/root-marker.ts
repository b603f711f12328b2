import { randomBytes, randomUUID } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { chmod, lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RindleError } from '@rindle/core'
import { z } from 'zod'
import { hasErrno } from './errno.ts'
import type { LocalStorageConfig } from './options.ts'

// No segment of a key begins with a dot, so neither can be an object.
const DIRECTORY = '.rindle'
/** The marker of a root, relative to it. */
export const MARKER = '.rindle/root.json'

const markerSchema = z.object({ id: z.uuid() })

/** The path of a root's marker. */
function markerPath(root: string): string {
  return join(root, MARKER)
}

/** The id in a root's marker; `undefined` if there is no marker, or no root. */
export async function readMarker(root: string): Promise<string | undefined> {
  try {
    return idIn(await readFile(markerPath(root), 'utf8'))
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/** The `lstat` result of the marker; `undefined` if there is none. */
export async function statMarker(root: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(markerPath(root), { bigint: true })
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/** Marks a root. If several processes do so at once, the first one's marker stays. */
export async function writeMarker(
  root: string,
  { directoryMode, fileMode }: Pick<LocalStorageConfig, 'directoryMode' | 'fileMode'>,
): Promise<void> {
  const made = join(root, `.rindle-${randomBytes(12).toString('hex')}.tmp`)
  await mkdir(made)
  try {
    await using file = await open(join(made, 'root.json'), 'wx')
    await file.writeFile(`${JSON.stringify({ id: randomUUID() })}\n`)
    await file.chmod(fileMode)
    await file.sync()
    await chmod(made, directoryMode)
    // A rename never replaces a directory that is not empty: so nobody reads half a marker, and only one call wins.
    await rename(made, join(root, DIRECTORY))
  } catch (error) {
    await rm(made, { recursive: true, force: true })
    const isOvertaken = hasErrno(error, 'ENOTEMPTY', 'EEXIST') && (await readMarker(root)) !== undefined
    if (!isOvertaken) throw error
  }
}

function idIn(text: string): string {
  try {
    return markerSchema.parse(JSON.parse(text)).id
  } catch (cause) {
    throw new RindleError(
      'storage_unavailable',
      `Local storage: the marker of the root directory, ${MARKER}, cannot be read. Remove it and run \`rindle init-storage\`.`,
      { cause },
    )
  }
}
