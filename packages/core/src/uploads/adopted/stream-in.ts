import { stat } from 'node:fs/promises'
import { type Readable, Transform } from 'node:stream'
import { RindleError } from '../../domain/errors.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import { receive } from '../proxied/receive.ts'
import { discard } from '../proxied/register.ts'
import { openSource } from '../proxied/upload-source.ts'
import type { AdoptSource } from './adopt-options.ts'
import type { AdoptedBytes } from './adopted-bytes.ts'
import { PassingChecksum } from './expected-checksum.ts'
import { type AdoptedFile, changedMeanwhile } from './within-store.ts'

/** A source that is open, and how to see whether it is still the same. */
interface OpenOrigin {
  readonly body: Readable
  readonly isUnchanged: () => Promise<boolean>
}

/** Streams an object of another storage, or a file, into the storage of the profile: the whole gate of an upload. */
export async function streamIn(
  runtime: Runtime,
  profile: string,
  source: AdoptSource,
  { expected, filename, contentType, signal, actorId, tenant, owner }: AdoptedFile,
): Promise<AdoptedBytes> {
  const origin = await open(runtime, source, signal)
  const checksum = new PassingChecksum()
  const body = hashed(origin.body, checksum)
  const received = await receive(runtime, profile, body, {
    filename,
    ...(contentType === undefined ? {} : { contentType }),
    ...(signal === undefined ? {} : { signal }),
    ...(actorId === undefined ? {} : { actorId }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(owner === undefined ? {} : { owner }),
  })
  try {
    if (!(await origin.isUnchanged())) throw changedMeanwhile(source.key)
    checksum.assert(source.key, expected)
  } catch (error) {
    await discard(runtime, received)
    throw error
  }
  return { ...received, expectedSha256: null, isInPlace: false }
}

async function open(runtime: Runtime, source: AdoptSource, signal: AbortSignal | undefined): Promise<OpenOrigin> {
  if (source.path !== undefined) return openFile(source, source.path)
  const storage = storageOf(runtime, source.storage)
  const { body, etag } = await storage.get(source.key, signal === undefined ? {} : { signal })
  return { body, isUnchanged: async () => (await storage.head(source.key))?.etag === etag }
}

async function openFile({ key }: AdoptSource, path: string): Promise<OpenOrigin> {
  const before = await versionOf(path)
  if (before === null) throw fileMissing(key)
  const { body } = await openSource(path)
  return { body, isUnchanged: async () => (await versionOf(path)) === before }
}

/** The error of a file that is not there, or cannot be read. */
export function fileMissing(key: string, cause?: unknown): RindleError {
  return new RindleError('storage_object_missing', `There is no file "${key}".`, { details: { key }, cause })
}

/** Tells a file from every other that was, or will be, in its place; `null` for none. */
async function versionOf(path: string): Promise<string | null> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true })
    return `${ino} ${size} ${mtimeNs}`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}

function hashed(body: Readable, checksum: PassingChecksum): Readable {
  const passing = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      checksum.update(chunk)
      callback(null, chunk)
    },
  })
  body.on('error', (error) => passing.destroy(error))
  passing.on('close', () => body.destroy())
  return body.pipe(passing)
}
