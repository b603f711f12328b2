import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import Uppy from '@uppy/core'
import Tus from '@uppy/tus'
import { Upload } from 'tus-js-client'

/** A file that a client sends. */
export interface SentFile {
  readonly endpoint: string
  readonly path: string
  readonly byteSize: number
  readonly chunkBytes: number
  readonly metadata: Readonly<Record<string, string>>
}

/** Sends a file, whatever it takes, and gives its URL. */
export type SendFile = (file: SentFile) => Promise<string>

// A server that was killed holds its lock for some seconds.
const RETRY_DELAYS_MS = Array.from({ length: 40 }, () => 250)

/** tus-js-client as it comes. */
export const byTusJsClient: SendFile = ({ endpoint, path, byteSize, chunkBytes, metadata }) =>
  new Promise((resolve, reject) => {
    const upload = new Upload(createReadStream(path), {
      endpoint,
      uploadSize: byteSize,
      chunkSize: chunkBytes,
      retryDelays: RETRY_DELAYS_MS,
      metadata,
      onSuccess: () => resolve(upload.url ?? ''),
      onError: reject,
    })
    upload.start()
  })

/** Uppy with its plugin for tus. */
export const byUppy: SendFile = async ({ endpoint, path, byteSize, chunkBytes, metadata }) => {
  const uppy = new Uppy()
  uppy.use(Tus, { endpoint, chunkSize: chunkBytes, retryDelays: RETRY_DELAYS_MS, allowedMetaFields: true })
  // Under Node, tus-js-client below Uppy takes no Blob, and Uppy's types know nothing else.
  const data = Object.assign(await readFile(path), { size: byteSize }) as unknown as Blob
  uppy.addFile({ name: metadata['filename'] ?? '', type: metadata['filetype'] ?? '', data, meta: metadata })
  const result = await uppy.upload()
  const [failed] = result?.failed ?? []
  if (failed !== undefined) throw new Error(`Uppy gave up: ${failed.error}`)
  return result?.successful?.[0]?.uploadURL ?? ''
}
