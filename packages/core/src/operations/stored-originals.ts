import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { noteOriginalDamage, noteOriginalWhole } from '../assets/original-damage.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { isStillOriginal } from './is-still-original.ts'

/** What the row of an asset says of its original. */
export interface StoredOriginal {
  readonly id: string
  readonly storage: string
  readonly storageKey: string
  readonly byteSize: number
  readonly checksumSha256: string | null
  /** Whether it was found lost or damaged before. */
  readonly isDamaged: boolean
}

/** An original as it was found in its storage. */
export type OriginalSight =
  | { readonly is: 'whole' }
  | { readonly is: 'lost' | 'damaged' /** For a person. */; readonly message: string }

/**
 * Looks for an original: whether it is there, its size, and its bytes when `checksum` says so or it was damaged before,
 * for its size alone does not tell that it is whole again.
 */
export async function seeOriginal(
  runtime: Runtime,
  original: StoredOriginal,
  { checksum = false, signal }: { readonly checksum?: boolean | undefined; readonly signal?: AbortSignal | undefined },
): Promise<OriginalSight> {
  const { byteSize, checksumSha256 } = original
  const object = await storageOf(runtime, original.storage).head(original.storageKey)
  if (object === undefined) return { is: 'lost', message: 'The original is gone from its storage.' }
  if (object.byteSize !== byteSize) {
    return { is: 'damaged', message: `The stored original has ${object.byteSize} bytes, and not ${byteSize}.` }
  }
  const isCompared = checksumSha256 !== null && (checksum || original.isDamaged)
  if (!isCompared || (await checksumOf(runtime, original, signal)) === checksumSha256) return { is: 'whole' }
  return { is: 'damaged', message: 'The stored original has other bytes than were stored: its SHA-256 is another.' }
}

/** What became of what was seen. `moved_on`: the asset has another original now, or none. */
export type OriginalOutcome = 'whole' | 'healed' | 'lost' | 'damaged' | 'moved_on'

/** Notes on the asset what was seen of its original; a dry run changes nothing. Safe to repeat. */
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

async function checksumOf(
  runtime: Runtime,
  { storage, storageKey }: StoredOriginal,
  signal: AbortSignal | undefined,
): Promise<string> {
  const options = signal === undefined ? {} : { signal }
  const { body } = await storageOf(runtime, storage).get(storageKey, options)
  const hash = createHash('sha256')
  await pipeline(body, hash, options)
  return hash.digest('hex')
}
