import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Upload } from 'tus-js-client'

/** A file that a client sends. */
export interface SentFile {
  readonly endpoint: string
  readonly path: string
  readonly byteSize: number
  readonly chunkBytes: number
  readonly metadata: Readonly<Record<string, string>>
}

/** Sends a file, with as many retries as it takes, and returns its URL. */
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

// The part of Uppy in use. Its own types need those of a browser, which contradict Node's in all other tests.
interface UppyUploader {
  use(plugin: unknown, options: object): void
  addFile(file: object): void
  upload(): Promise<{
    readonly successful?: readonly { readonly uploadURL?: string }[]
    readonly failed?: readonly { readonly error: string | null }[]
  }>
}

async function createUppy(options: object): Promise<UppyUploader> {
  const [core, tus] = ['@uppy/core', '@uppy/tus']
  const { default: Uppy } = (await import(core)) as { readonly default: new () => UppyUploader }
  const { default: Tus } = (await import(tus)) as { readonly default: unknown }
  const uppy = new Uppy()
  uppy.use(Tus, options)
  return uppy
}

/** Uppy with its plugin for tus. */
export const byUppy: SendFile = async ({ endpoint, path, byteSize, chunkBytes, metadata }) => {
  const uppy = await createUppy({
    endpoint,
    chunkSize: chunkBytes,
    retryDelays: RETRY_DELAYS_MS,
    allowedMetaFields: true,
  })
  // Under Node, tus-js-client below Uppy takes no Blob.
  const data = Object.assign(await readFile(path), { size: byteSize })
  uppy.addFile({ name: metadata['filename'] ?? '', type: metadata['filetype'] ?? '', data, meta: metadata })
  const result = await uppy.upload()
  const [failed] = result.failed ?? []
  if (failed !== undefined) throw new Error(`Uppy gave up: ${failed.error}`)
  return result.successful?.[0]?.uploadURL ?? ''
}
