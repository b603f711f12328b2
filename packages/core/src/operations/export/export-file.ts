import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { codeOf } from '../../domain/error-text.ts'
import { RindleError } from '../../domain/errors.ts'
import type { StorageAdapter } from '../../ports/storage.ts'

/** An object to write to a file. */
export interface ExportedObject {
  readonly key: string
  readonly byteSize: number
  /** Lower-case hex, where the row has it. */
  readonly checksumSha256: string | null
}

/** A written file. */
export interface ExportedFile {
  readonly sha256: string
  /** Whether an earlier run had written it. */
  readonly isKept: boolean
}

/**
 * Writes an object to a file, readable by its owner alone, and compares it with its row by size and SHA-256. The file
 * appears whole or not at all; a whole one of an earlier run is kept. `checksum_mismatch` for other bytes than the row
 * tells of, `insufficient_disk`.
 */
export async function exportFile(
  storage: StorageAdapter,
  object: ExportedObject,
  path: string,
  signal: AbortSignal | undefined,
): Promise<ExportedFile> {
  const kept = await wholeFile(path, object)
  if (kept !== null) return { sha256: kept, isKept: true }
  const partial = `${path}.partial`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const sha256 = await write(storage, object, partial, signal)
    await rename(partial, path)
    return { sha256, isKept: false }
  } catch (error) {
    await rm(partial, { force: true })
    if (codeOf(error) !== 'ENOSPC') throw error
    throw new RindleError('insufficient_disk', `The disk of the export is full, at ${path}.`, { cause: error })
  }
}

async function write(
  storage: StorageAdapter,
  { key, byteSize, checksumSha256 }: ExportedObject,
  path: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const options = signal === undefined ? {} : { signal }
  const { body } = await storage.get(key, options)
  const hash = createHash('sha256')
  let seenBytes = 0
  await using file = await open(path, 'w', 0o600)
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hash.update(chunk)
    seenBytes += chunk.byteLength
    await file.writeFile(chunk)
  }
  const sha256 = hash.digest('hex')
  const isWhole = seenBytes === byteSize && (checksumSha256 === null || checksumSha256 === sha256)
  if (isWhole) return sha256
  throw new RindleError(
    'checksum_mismatch',
    `The object "${key}" differs from its row: run \`rindle verify-storage\`.`,
    {
      details: { key },
    },
  )
}

/** The SHA-256 of a file, if it is what the row tells of; `null` also where the row cannot tell. */
async function wholeFile(path: string, { byteSize, checksumSha256 }: ExportedObject): Promise<string | null> {
  if (checksumSha256 === null) return null
  try {
    if ((await stat(path)).size !== byteSize) return null
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex') === checksumSha256 ? checksumSha256 : null
}
