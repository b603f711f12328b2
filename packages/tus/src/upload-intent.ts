import { RindleError } from '@rindle/core'
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
}

/** The metadata of the tus protocol: a key without a value has `null`. */
export type TusMetadata = Readonly<Record<string, string | null>>

const MAX_VALUE_LENGTH = 1_024

/**
 * Reads a client's metadata about its file. Names and types come under the keys that tus-js-client's examples use
 * (`filename`, `filetype`) or that Uppy sends (`name`, `type`); `profile`, `slot` and `sha256` are Rindle's own, and
 * other keys are ignored. Throws `invalid_input` for a malformed value. Pure.
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
  }
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
