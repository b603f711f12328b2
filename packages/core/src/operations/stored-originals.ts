import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { noteOriginalDamage, noteOriginalWhole } from '../assets/original-damage.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import type { StorageCallOptions } from '../ports/storage.ts'
import { isStillOriginal } from './is-still-original.ts'

/** The facts about an original in its asset's row. */
export interface StoredOriginal {
  readonly id: string
  readonly storage: string
  readonly storageKey: string
  readonly byteSize: number
  readonly checksumSha256: string | null
  /** Whether it was found lost or damaged before. */
  readonly isDamaged: boolean
}

/** The state of an original in its storage. */
export type OriginalSight =
  | { readonly is: 'whole' }
  | { readonly is: 'lost' | 'damaged' /** For a person. */; readonly message: string }

/**
 * Looks for an original: its presence and its size, and its bytes when `checksum` asks for it. Reads the bytes of a
 * previously damaged original, too, because its size alone does not prove that it is intact again.
 */
export async function seeOriginal(
  runtime: Runtime,
  original: StoredOriginal,
  { checksum = false, signal }: { readonly checksum?: boolean | undefined; readonly signal?: AbortSignal | undefined },
): Promise<OriginalSight> {
  const { byteSize, checksumSha256 } = original
  const object = await storageOf(runtime, original.storage).head(original.storageKey, callOptions(signal))
  if (object === undefined) return { is: 'lost', message: 'The original is gone from its storage.' }
  if (object.byteSize !== byteSize) {
    return { is: 'damaged', message: `The stored original has ${object.byteSize} bytes, not ${byteSize}.` }
  }
  const isCompared = checksumSha256 !== null && (checksum || original.isDamaged)
  if (!isCompared || (await storedChecksum(runtime, original, signal)) === checksumSha256) return { is: 'whole' }
  return { is: 'damaged', message: 'The stored original has changed: its SHA-256 differs.' }
}

/** The result of a check. `moved_on`: the asset has another original now, or none. */
export type OriginalOutcome = 'whole' | 'healed' | 'lost' | 'damaged' | 'moved_on'

/** Notes the state of an original on its asset; a dry run changes nothing. Safe to repeat. */
export async function noteOriginal(
  { database, logger }: Runtime,
  original: StoredOriginal,
  seen: OriginalSight,
  isDryRun: boolean,
): Promise<OriginalOutcome> {
  if (seen.is === 'whole') {
    const isHealed = original.isDamaged && (isDryRun || (await noteOriginalWhole(database, original)))
    return isHealed ? 'healed' : 'whole'
  }
  if (!(await isStillOriginal({ database }, original))) return 'moved_on'
  const code = seen.is === 'lost' ? 'original_missing' : 'original_damaged'
  if (!isDryRun) await noteOriginalDamage(database, original, code, seen.message)
  logger.error({ assetId: original.id, code }, `Data loss. ${seen.message}`)
  return seen.is
}

async function storedChecksum(
  runtime: Runtime,
  { storage, storageKey }: StoredOriginal,
  signal: AbortSignal | undefined,
): Promise<string> {
  const options = callOptions(signal)
  const { body } = await storageOf(runtime, storage).get(storageKey, options)
  const hash = createHash('sha256')
  await pipeline(body, hash, options)
  return hash.digest('hex')
}

function callOptions(signal: AbortSignal | undefined): StorageCallOptions {
  return signal === undefined ? {} : { signal }
}
