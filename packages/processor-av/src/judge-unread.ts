import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRindleError, RindleError } from '@rindle/core'
import { type MediaInput, ownInput } from './media-input.ts'

/**
 * Returns the error for a file that ffprobe cannot read for no known reason: `corrupt_media` when the file can be read
 * from disk and `readHeader` can read another file under the same limits, else the same error. Only the first is a
 * verdict about the bytes. An end by a signal keeps its error.
 */
export async function judgeUnread(
  error: unknown,
  { path, contentType }: Pick<MediaInput, 'path' | 'contentType'>,
  directory: string,
  readHeader: (input: MediaInput) => Promise<unknown>,
): Promise<unknown> {
  if (!isRindleError(error, 'program_failed') || typeof error.details['exitCode'] !== 'number') return error
  try {
    await readThrough(path)
    await readControl(directory, readHeader)
  } catch {
    // Then nothing is known about the file, and the first error says most.
    return error
  }
  const message = `The file is damaged, because ffprobe can read other files: ${error.message}`
  return new RindleError('corrupt_media', message, { details: { ...error.details, contentType }, cause: error })
}

async function readThrough(path: string): Promise<void> {
  for await (const _ of createReadStream(path, { highWaterMark: 1024 ** 2 }));
}

async function readControl(directory: string, readHeader: (input: MediaInput) => Promise<unknown>): Promise<void> {
  const own = await mkdtemp(join(directory, 'rindle-control-'))
  try {
    const path = join(own, 'control')
    await writeFile(path, silence())
    await readHeader(ownInput(path, 'audio/wav', 'wav'))
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

/** Returns a WAV file with a tenth of a second of silence: 8,000 samples a second, one byte each. */
function silence(): Buffer {
  const samples = Buffer.alloc(800, 0x80)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8_000, 24)
  header.writeUInt32LE(8_000, 28)
  header.writeUInt16LE(1, 32)
  header.writeUInt16LE(8, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  return Buffer.concat([header, samples])
}
