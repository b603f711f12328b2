import { RindleError } from '@rindle/core'
import { Metadata } from '@tus/server'
import type { TusMetadata } from './upload-intent.ts'

/** The metadata in the headers of a request. `invalid_input`. */
export function metadataOf(headers: Headers): TusMetadata | undefined {
  const metadata = headers.get('upload-metadata')
  if (metadata === null) return undefined
  try {
    return Metadata.parse(metadata)
  } catch {
    throw new RindleError('invalid_input', 'Upload-Metadata holds no pairs of a key and a value in base64.')
  }
}
