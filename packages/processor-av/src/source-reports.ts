import { stat } from 'node:fs/promises'
import type { SourceFile } from '@rindle/core'
import { BoundedMap } from '@rindle/core/adapter'
import { mediaInput } from './media-input.ts'
import { type MediaReport, readMedia } from './read-media.ts'
import type { RunContext } from './run-context.ts'

// A job of sounds, a job of pictures and the probe read the same source; more than these are seldom under way at once.
const REMEMBERED = 16

/**
 * The reports of the sources that were read last. A source is probed when it arrives and read again by each of its jobs:
 * ffprobe then starts once. The file's inode, size and times tell whether it is still the same file.
 */
export class SourceReports {
  readonly #known = new BoundedMap<string, MediaReport>(REMEMBERED)

  /** Reads a source as {@link readMedia} does, whose errors it throws and forgets. */
  async read(source: SourceFile, context: RunContext): Promise<MediaReport> {
    const input = mediaInput(source)
    const identity = await identityOf(source)
    const known = identity === null ? undefined : this.#known.get(identity)
    if (known !== undefined) return known
    const report = await readMedia(input, context)
    // A file that changed meanwhile is another one.
    if (identity !== null && identity === (await identityOf(source))) this.#known.set(identity, report)
    return report
  }
}

async function identityOf({ path, contentType }: SourceFile): Promise<string | null> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [contentType, dev, ino, size, mtimeNs, ctimeNs].join(' ')
  } catch {
    // ffprobe says why it cannot be read.
    return null
  }
}
