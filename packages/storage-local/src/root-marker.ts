import { randomBytes, randomUUID } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { chmod, lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RindleError } from '@rindle/core'
import { z } from 'zod'
import { hasErrno } from './errno.ts'
import type { LocalStorageConfig } from './options.ts'

// No key has a segment that begins with a dot, so neither is ever an object's.
const DIRECTORY = '.rindle'
/** The marker of a root, below it. */
export const MARKER = '.rindle/root.json'

const markerSchema = z.object({ id: z.uuid() })

/** Where the marker of a root lies. */
function markerPath(root: string): string {
  return join(root, MARKER)
}

/** The id in a root's marker; `undefined` when there is no marker, or no root. */
export async function readMarker(root: string): Promise<string | undefined> {
  try {
    return idIn(await readFile(markerPath(root), 'utf8'))
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/** What `lstat` says of the marker; `undefined` when there is none. */
export async function statMarker(root: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(markerPath(root), { bigint: true })
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/** Marks a root. Of several that do so at once one is first, and the marker is its. */
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
    // A directory takes the place of none that holds something: so nobody reads half a marker, and only one is first.
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
