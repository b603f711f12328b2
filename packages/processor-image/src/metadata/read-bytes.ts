import type { FileHandle } from 'node:fs/promises'
import { RindleError } from '@rindle/core'

/** Reads `length` bytes from `at` on. `corrupt_media` if the file ends before. */
export async function readBytes(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at)
  if (bytesRead === length) return buffer
  throw endsWithin(`the bytes from ${at} to ${at + length}`)
}

/** The file ends, or what holds a part of it, before that part is over. */
export function endsWithin(what: string): RindleError {
  return new RindleError('corrupt_media', `The file is damaged: it ends within ${what}.`)
}

/** Metadata that has to go is in a place from which it cannot be removed without loss. */
export function notRemovable(why: string): RindleError {
  return new RindleError('metadata_not_removable', `Its metadata cannot be removed without loss: ${why}.`)
}
