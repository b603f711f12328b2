import { mkdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { Sharp } from 'sharp'
import type { BucketSetup } from './setup.ts'

/** Where a bare script reads its originals and writes its variants. */
export interface BareStore {
  /** Before the clock starts. */
  readonly prepare: (photographs: readonly string[]) => Promise<void>
  /** The input of sharp: a path, or bytes. */
  readonly read: (photograph: string) => Promise<string | Uint8Array>
  readonly write: (name: string, pipeline: Sharp) => Promise<void>
  /** Removes the written variants. */
  readonly clear: () => Promise<void>
}

/** Originals at their place, variants into a directory. */
export function bareDirectory(directory: string): BareStore {
  return {
    prepare: async () => {
      await mkdir(directory)
    },
    read: async (photograph) => photograph,
    write: async (name, pipeline) => {
      await pipeline.toFile(join(directory, name))
    },
    clear: () => rm(directory, { recursive: true }),
  }
}

/** One GET for an original, one PUT for a variant. */
export function bareBucket({ endpoint, region, bucket, accessKeyId, secretAccessKey }: BucketSetup): BareStore {
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const keyOf = (photograph: string): string => `originals/${basename(photograph)}`
  const stored = new Set<string>()
  const written = new Set<string>()
  return {
    prepare: async (photographs) => {
      for (const path of photographs) {
        if (stored.has(path)) continue
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(path), Body: await readFile(path) }))
        stored.add(path)
      }
    },
    read: async (photograph) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(photograph) }))
      if (Body === undefined) throw new Error(`The bucket gave no bytes of ${photograph}.`)
      return Body.transformToByteArray()
    },
    write: async (name, pipeline) => {
      const Body = await pipeline.toBuffer()
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body, ContentType: 'image/webp' }))
      written.add(name)
    },
    clear: async () => {
      for (const Key of written) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
      written.clear()
    },
  }
}
