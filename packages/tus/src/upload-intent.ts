import { type ChosenOrder, RindleError } from '@rindle/core'
import { UNKNOWN_CONTENT_TYPE } from '@rindle/core/adapter'

/** An upload that a client wants to begin, as its metadata declare it. */
export interface TusUploadIntent {
  readonly profile: string
  /** The slot to which the client wants to attach it. */
  readonly slot: string | undefined
  readonly filename: string
  /** The type that the client declares; `application/octet-stream` if it does not know. */
  readonly contentType: string
  /** Bytes; absent while the client does not know. */
  readonly byteSize: number | undefined
  /** Lower-case hex. */
  readonly checksumSha256: string | undefined
  /** The place among the files that the person chose together. */
  readonly order: ChosenOrder | undefined
}

/** The metadata of the tus protocol: a key without a value has `null`. */
export type TusMetadata = Readonly<Record<string, string | null>>

const MAX_VALUE_LENGTH = 1_024

/**
 * Reads a client's metadata about its file. Names and types come under the keys that tus-js-client's examples use
 * (`filename`, `filetype`) or that Uppy sends (`name`, `type`); `profile`, `slot`, `sha256`, `batch` and `index` are Rindle's
 * own, and other keys are ignored. Throws `invalid_input` for a malformed value. Pure.
 */
export function uploadIntent(metadata: TusMetadata | undefined, byteSize: number | undefined): TusUploadIntent {
  const value = (...keys: readonly string[]): string | undefined => valueOf(metadata ?? {}, keys)
  const profile = value('profile')
  if (profile === undefined) {
    throw new RindleError('invalid_input', 'The metadata name no profile: send `profile` with the upload.')
  }
  return {
    profile,
    slot: value('slot'),
    filename: value('filename', 'name') ?? 'file',
    contentType: value('filetype', 'type') ?? UNKNOWN_CONTENT_TYPE,
    byteSize,
    checksumSha256: value('sha256'),
    order: orderOf(value('batch'), value('index')),
  }
}

/** `invalid_input` unless both are there, or neither. */
function orderOf(batch: string | undefined, index: string | undefined): ChosenOrder | undefined {
  if (batch === undefined && index === undefined) return undefined
  if (batch !== undefined && /^\d{1,9}$/.test(index ?? '')) return { batch, index: Number(index) }
  throw new RindleError(
    'invalid_input',
    'The metadata `batch` and `index` belong together: a text, and a number from 0.',
  )
}

function valueOf(metadata: TusMetadata, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined
    if (value === undefined || value === null || value === '') continue
    if (value.length <= MAX_VALUE_LENGTH) return value
    throw new RindleError(
      'invalid_input',
      `The metadata value of "${key}" is longer than ${MAX_VALUE_LENGTH} characters.`,
    )
  }
  return undefined
}
