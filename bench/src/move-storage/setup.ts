import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'

/** The objects to copy, and where: the same for both sides. A type alias, because it is plain JSON. */
export type MoveSetup = {
  readonly directory: string
  readonly databaseUrl: string
  readonly bucket: string
  readonly s3: S3Access
  readonly objects: readonly MovedFile[]
}

/** The access to the S3 server of the bench. */
export type S3Access = {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** One file: its key, which is also its path below the storage's root. */
export type MovedFile = {
  readonly assetId: string
  readonly key: string
  readonly byteSize: number
}

/** Files at once, on both sides. */
export const CONCURRENCY = 4

const KIBIBYTE = 1024

/** An original and two variants for each asset, in sizes of photos and their thumbnails. Pure but for the ids. */
export function movedFiles(assets: number): readonly MovedFile[] {
  return Array.from({ length: assets }, (_, index) => {
    const assetId = v7()
    const file = (name: string, byteSize: number): MovedFile => ({ assetId, key: `photo/${assetId}/${name}`, byteSize })
    return [
      file('original-a.jpg', (500 + ((index * 37) % 1000)) * KIBIBYTE),
      file('small-0123456789abcdef.webp', 60 * KIBIBYTE),
      file('thumb-0123456789abcdef.webp', 8 * KIBIBYTE),
    ]
  }).flat()
}

/** Bytes that no store can compress. */
export function bytesOf({ byteSize }: MovedFile): Buffer {
  return randomBytes(byteSize)
}
