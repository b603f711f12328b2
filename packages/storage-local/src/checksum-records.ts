import { hash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { open, opendir, readFile, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { BoundedMap } from '@rindle/core/adapter'
import { hasErrno } from './errno.ts'
import type { LocalStorageConfig } from './options.ts'

// Takes some megabytes of memory, and no record of a file that is served again and again is read twice.
const REMEMBERED = 10_000
const RECORD_NAME = /^\.rindle-[0-9a-f]{24}\.sha256$/
const RECORD = /^([0-9a-f]{64})\n$/
const OWN_MODE = 0o600

/** Distinguishes a file from every other that was, or will be, in its place: every written object has its own time. */
export type FileVersion = Pick<BigIntStats, 'size' | 'mtimeNs' | 'ino'>

/**
 * The SHA-256 of objects, each in a small file beside its object. The file is named after the object's file name, size
 * and time of writing, so a record belongs to one version: it is written before that version is in place, is a stray if
 * the version never gets there, and cannot disagree with the bytes of another. An object without a record (written by
 * an earlier version, put there by hand, or in pieces) works like any other.
 */
export interface ChecksumRecords {
  /**
   * Writes the record of a file that will be at `path`. Does not wait for the disk: losing a record loses no object.
   */
  write(path: string, version: FileVersion, checksumSha256: string): Promise<void>
  /** Lower-case hex; `undefined` if there is none. */
  read(path: string, version: FileVersion): Promise<string | undefined>
  /** Succeeds if there is none. */
  remove(path: string, version: FileVersion): Promise<void>
}

/** The records below a root. Does no I/O by itself. */
export function checksumRecords({ fileMode }: Pick<LocalStorageConfig, 'fileMode'>): ChecksumRecords {
  // A record never changes, so a cached one stays true. The keys are what records are named after: a name takes a hash.
  const remembered = new BoundedMap<string, string>(REMEMBERED)
  return {
    async write(path, version, checksumSha256) {
      await using file = await open(recordPath(path, version), 'w', OWN_MODE)
      await file.writeFile(`${checksumSha256}\n`)
      if (fileMode !== OWN_MODE) await file.chmod(fileMode)
    },
    async read(path, version) {
      const named = namedBy(path, version)
      const known = remembered.get(named) ?? (await readRecord(recordPath(path, version)))
      if (known !== undefined) remembered.set(named, known)
      return known
    },
    async remove(path, version) {
      remembered.delete(namedBy(path, version))
      await unlinkIfThere(recordPath(path, version))
    },
  }
}

/** Removes the records of a directory that holds nothing else; returns `false` if it holds anything else. */
export async function removeStrayRecords(directory: string): Promise<boolean> {
  const stray: string[] = []
  try {
    for await (const { name } of await opendir(directory)) {
      if (!RECORD_NAME.test(name)) return false
      stray.push(join(directory, name))
    }
  } catch (error) {
    // Another call has already removed it.
    if (!hasErrno(error, 'ENOENT')) throw error
  }
  for (const record of stray) await unlinkIfThere(record)
  return true
}

// Without the inode, so that a copy of the whole root that keeps times, such as a backup, also keeps its records.
function namedBy(path: string, { size, mtimeNs }: FileVersion): string {
  return `${path} ${size} ${mtimeNs}`
}

function recordPath(path: string, version: FileVersion): string {
  const name = hash('sha256', namedBy(basename(path), version)).slice(0, 24)
  return join(dirname(path), `.rindle-${name}.sha256`)
}

/** Reads a record. After a loss of power it may be empty, and counts as absent. */
async function readRecord(record: string): Promise<string | undefined> {
  try {
    return RECORD.exec(await readFile(record, 'latin1'))?.[1]
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'ENOTDIR')) throw error
  }
}
