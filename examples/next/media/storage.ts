import type { StorageAdapter } from '@rindle/core'
import { localStorage } from '@rindle/storage-local'
import { s3Storage } from '@rindle/storage-s3'

const { S3_BUCKET, S3_REGION = 'us-east-1', S3_ENDPOINT, MEDIA_DIRECTORY = 'media-files' } = process.env
const { ORIGIN = 'http://localhost:3000', RINDLE_SIGNING_KEY = '' } = process.env

/** A bucket, if one is named; otherwise a directory on this disk, whose files the application serves itself. */
export function mediaStorage(): StorageAdapter {
  if (S3_BUCKET !== undefined) {
    return s3Storage({
      bucket: S3_BUCKET,
      region: S3_REGION,
      ...(S3_ENDPOINT === undefined ? {} : { endpoint: S3_ENDPOINT }),
    })
  }
  return localStorage({ directory: MEDIA_DIRECTORY, baseUrl: `${ORIGIN}/rindle`, signingKey: RINDLE_SIGNING_KEY })
}
